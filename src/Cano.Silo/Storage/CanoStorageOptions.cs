namespace Cano;

/// <summary>Where a silo keeps Cano's state.</summary>
public sealed class CanoStorageOptions
{
    /// <summary>Which database.</summary>
    /// <value><see cref="StorageProvider.Sqlite"/>.</value>
    public StorageProvider Provider { get; set; } = StorageProvider.Sqlite;

    /// <summary>The data folder of SQLite; made when it is missing. One process at a time owns it.</summary>
    /// <value><c>.cano</c> in the current folder.</value>
    public string Folder { get; set; } = ".cano";

    /// <summary>How to reach a database server; null with SQLite, which has a folder instead.</summary>
    /// <value>Null.</value>
    public string? ConnectionString { get; set; }

    internal void Validate()
    {
        if (Provider != StorageProvider.Sqlite)
        {
            throw new CanoConfigurationException(
                ErrorCodes.InvalidOptions,
                $"Cano:Storage:Provider was {Provider.ToString().ToLowerInvariant()}, which this version does not have yet; use sqlite.");
        }

        if (ConnectionString is not null)
        {
            throw new CanoConfigurationException(
                ErrorCodes.InvalidOptions,
                "ConnectionStrings:Cano is set, but the storage provider is sqlite, which takes a data folder (--data) and no connection string.");
        }

        if (string.IsNullOrWhiteSpace(Folder))
        {
            throw new CanoConfigurationException(ErrorCodes.InvalidOptions, "The data folder was empty; name one (--data), or leave it out for ./.cano.");
        }
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
