using System.Net.Sockets;
using Npgsql;

namespace Cano;

/// <summary>Says in words that cross the wire what a failure of the database means: which one it is, and what to do.</summary>
internal static class PostgresFaults
{
    /// <summary>Whether it comes from the database or the way to it, rather than from a grain or from Orleans.</summary>
    internal static bool Is(Exception exception) =>
        exception is NpgsqlException or NoConnectionException or SocketException or IOException or TimeoutException;

    /// <summary>Whether it may be over in a while: the server is away, restarting, or has too much to do.</summary>
    internal static bool IsPassing(Exception exception) => exception switch
    {
        PostgresException { SqlState: [.. "57P", _, _] or PostgresErrorCodes.ReadOnlySqlTransaction } => true,
        NpgsqlException { IsTransient: true } => true,
        NpgsqlException or NoConnectionException when exception.InnerException is { } inner => IsPassing(inner),
        _ => exception is SocketException or IOException or TimeoutException,
    };

    /// <summary>Whether the connection that it happened on is broken, so that others of the same age probably are too.</summary>
    internal static bool BreaksConnections(Exception exception) => exception switch
    {
        // A server that became a standby answers the connections of the time when it was none.
        PostgresException { SqlState: [.. "57P", _, _] or PostgresErrorCodes.ReadOnlySqlTransaction } => true,
        NpgsqlException or NoConnectionException when exception.InnerException is { } inner => BreaksConnections(inner),
        _ => exception is SocketException || exception is IOException { InnerException: not TimeoutException },
    };

    /// <summary>What a grain is told, and its caller.</summary>
    internal static StorageException ToStorageException(Exception exception, PostgresDatabase database)
    {
        string unavailable =
            $"The database {database.Name} is not available: {Reason(exception)} Try again; if it stays so, see to the server.";
        return (IsPassing(exception), exception) switch
        {
            (true, NoConnectionException) => StorageException.NeverAttempted(unavailable),
            (true, _) => new(ErrorCodes.StorageUnavailable, unavailable),
            _ => new(ErrorCodes.StorageFailed, $"The database {database.Name} failed: {Reason(exception)} {Remedy(exception)}"),
        };
    }

    /// <summary>What whoever starts the silo is told.</summary>
    internal static CanoConfigurationException AtStart(Exception exception, PostgresDatabase database) => new(
        IsPassing(exception) ? ErrorCodes.StorageUnavailable : ErrorCodes.StorageFailed,
        $"The database {database.Name} can't be used: {Reason(exception)} {Remedy(exception)}",
        innerException: exception);

    private static string Reason(Exception exception)
    {
        Exception cause = exception.InnerException as PostgresException
            ?? (exception is PostgresException ? exception : exception.GetBaseException());
        string text = cause is PostgresException { MessageText: var said, SqlState: var state } ? $"{said} ({state})" : cause.Message;
        return text.EndsWith('.') ? text : $"{text}.";
    }

    private static string Remedy(Exception exception) => exception switch
    {
        NoConnectionException { InnerException: { } inner } => Remedy(inner),
        PostgresException { SqlState: PostgresErrorCodes.InvalidCatalogName } => "Create the database, or name another one in ConnectionStrings:Cano.",
        PostgresException { SqlState: PostgresErrorCodes.InvalidPassword or PostgresErrorCodes.InvalidAuthorizationSpecification } =>
            "Set the user and password in ConnectionStrings:Cano.",
        PostgresException { SqlState: PostgresErrorCodes.InsufficientPrivilege } =>
            "Give the user its rights, or let the owner of the schema run `database migrate`; docs/postgres.md has the roles.",
        PostgresException { SqlState: PostgresErrorCodes.UndefinedTable } => "Run `database migrate`.",
        _ when IsPassing(exception) => "See that the server runs and that ConnectionStrings:Cano names its host and port.",
        _ => "See to the server's log and to ConnectionStrings:Cano.",
    };
}
