namespace Cano;

/// <summary>Where a silo keeps Cano's state.</summary>
public sealed class CanoStorageOptions
{
    /// <summary>Which database.</summary>
    /// <value><see cref="StorageProvider.Sqlite"/>.</value>
    public StorageProvider Provider { get; set; } = StorageProvider.Sqlite;

    /// <summary>The data folder of SQLite, of no meaning with PostgreSQL; made when it is missing. One process at a time owns it.</summary>
    /// <value><c>.cano</c> in the current folder.</value>
    public string Folder { get; set; } = ".cano";

    /// <summary>
    /// How to reach the PostgreSQL server and database, as <c>Host=...;Database=...;Username=...;Password=...</c> and whatever else Npgsql
    /// knows; null with SQLite, which has a folder instead. The schema is made when the silo starts.
    /// </summary>
    /// <value>Null.</value>
    public string? ConnectionString { get; set; }

    /// <summary>
    /// Whether a silo brings an outdated schema up to date when it starts. False: it refuses to start (<c>database-too-old</c>), and a
    /// person runs <c>database migrate</c>.
    /// </summary>
    /// <value>True.</value>
    public bool Migrate { get; set; } = true;

    /// <summary>
    /// How long the start of a silo waits, from its first try, for a PostgreSQL server that does not answer. Zero: one try. Of no meaning
    /// with SQLite.
    /// </summary>
    /// <value>1 minute.</value>
    public TimeSpan StartTimeout { get; set; } = TimeSpan.FromMinutes(1);

    /// <summary>Whether the silo is known to be no member of a cluster, so that nobody else may use its service id.</summary>
    internal bool IsAlone { get; set; }

    internal void Validate()
    {
        if (StartTimeout < TimeSpan.Zero || StartTimeout > TimeSpan.FromDays(1))
        {
            throw Invalid($"Cano:Storage:StartTimeout was {StartTimeout}; it must be between 00:00:00 and 1.00:00:00.");
        }

        if (Provider == StorageProvider.Postgres)
        {
            ValidateConnectionString();
            return;
        }

        if (ConnectionString is not null)
        {
            throw Invalid("ConnectionStrings:Cano is set, but the storage provider is sqlite, which takes a data folder (--data) and no connection string. "
                + "Set Cano:Storage:Provider to postgres, or take the connection string away.");
        }

        if (string.IsNullOrWhiteSpace(Folder))
        {
            throw Invalid("The data folder was empty; name one (--data), or leave it out for ./.cano.");
        }
    }

    private static CanoConfigurationException Invalid(string message) => new(ErrorCodes.InvalidOptions, message);

    private void ValidateConnectionString()
    {
        if (string.IsNullOrWhiteSpace(ConnectionString))
        {
            throw Invalid("Cano:Storage:Provider is postgres, which needs ConnectionStrings:Cano; write it as Host=HOST;Database=NAME;Username=USER;Password=SECRET.");
        }

        PostgresDatabase.Parse(ConnectionString);
    }
}

/// <summary>The databases that Cano's state can be kept in.</summary>
public enum StorageProvider
{
    /// <summary>A file in the data folder, for one process.</summary>
    Sqlite = 0,

    /// <summary>A PostgreSQL server, for a cluster.</summary>
    Postgres = 1,
}
