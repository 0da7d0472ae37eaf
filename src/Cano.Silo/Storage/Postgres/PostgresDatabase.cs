using Npgsql;

namespace Cano;

/// <summary>
/// The one way of a silo to its PostgreSQL database: a pool that grain storage, membership and whatever else asks the database share, and
/// single sessions.
/// </summary>
internal sealed class PostgresDatabase : IAsyncDisposable
{
    /// <summary>The name by which Orleans knows PostgreSQL.</summary>
    internal const string Invariant = "Npgsql";

    // Five silos stay below the 100 connections that PostgreSQL allows unless it is told otherwise.
    internal const int DefaultPoolSize = 18;

    // The session that has the lock of the service id.
    private const int OutsideOfPool = 1;

    // Those that storage leaves to others, and two to work with.
    private const int MinPoolSize = PostgresLane.Reserved + 2;

    public PostgresDatabase(string connectionString)
    {
        NpgsqlConnectionStringBuilder settings = Parse(connectionString);
        Preset(settings, "Maximum Pool Size", DefaultPoolSize);
        Preset(settings, "Max Auto Prepare", 64);
        Preset(settings, "Auto Prepare Min Usages", 2);
        // Nothing here changes the state of a session, so that there is nothing to reset.
        Preset(settings, "No Reset On Close", true);
        Preset(settings, "Timeout", 5);
        Preset(settings, "Command Timeout", 15);
        Preset(settings, "Application Name", "cano");
        Connections = settings.MaxPoolSize;
        Name = $"{settings.Database ?? settings.Username} on {settings.Host}:{settings.Port}";
        Sessions = NpgsqlDataSource.Create(new NpgsqlConnectionStringBuilder(settings.ConnectionString) { Pooling = false });
        settings.MaxPoolSize -= OutsideOfPool;
        settings.MinPoolSize = Math.Min(settings.MinPoolSize, settings.MaxPoolSize);
        Source = NpgsqlDataSource.Create(settings);
    }

    /// <summary>Gives connections, from the pool.</summary>
    internal NpgsqlDataSource Source { get; }

    /// <summary>
    /// Gives connections that belong to their user alone: what is done to such a session (a lock taken, say) ends with it.
    /// </summary>
    internal NpgsqlDataSource Sessions { get; }

    /// <summary>How many connections there are at most, of both kinds.</summary>
    internal int Connections { get; }

    /// <summary>The database and its server, as messages call it: never a user's name or password.</summary>
    internal string Name { get; }

    public async ValueTask DisposeAsync()
    {
        await Source.DisposeAsync();
        await Sessions.DisposeAsync();
    }

    /// <summary>Reads a connection string.</summary>
    /// <exception cref="CanoConfigurationException">It is none. The message does not show it, since it may hold a password.</exception>
    internal static NpgsqlConnectionStringBuilder Parse(string connectionString)
    {
        NpgsqlConnectionStringBuilder settings;
        try
        {
            settings = new(connectionString);
        }
        catch (Exception exception) when (exception is ArgumentException or FormatException or InvalidCastException or OverflowException)
        {
            throw Unreadable("is no connection string of PostgreSQL", exception);
        }

        if (string.IsNullOrWhiteSpace(settings.Host))
        {
            throw Unreadable("names no Host", null);
        }

        return settings.MaxPoolSize >= MinPoolSize
            ? settings
            : throw new CanoConfigurationException(
                ErrorCodes.InvalidOptions, $"The Maximum Pool Size in ConnectionStrings:Cano was {settings.MaxPoolSize}; it must be {MinPoolSize} or more.");
    }

    private static CanoConfigurationException Unreadable(string fault, Exception? exception) => new(
        ErrorCodes.InvalidOptions, $"ConnectionStrings:Cano {fault}; write it as Host=HOST;Database=NAME;Username=USER;Password=SECRET.", innerException: exception);

    private static void Preset(NpgsqlConnectionStringBuilder settings, string keyword, object value)
    {
        if (!settings.ShouldSerialize(keyword))
        {
            settings[keyword] = value;
        }
    }
}
