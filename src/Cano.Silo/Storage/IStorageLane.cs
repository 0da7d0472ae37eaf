namespace Cano;

/// <summary>How operations get to the database: what decides on which thread they run and in which transaction.</summary>
internal interface IStorageLane
{
    /// <summary>Makes the database ready: reachable, and with the schema of this version.</summary>
    Task OpenAsync(CancellationToken cancellationToken);

    /// <summary>Runs an operation.</summary>
    /// <param name="writes">Whether it may change the database.</param>
    /// <param name="operation">Runs one statement. What it writes is durable when the returned task completes, and only then.</param>
    /// <exception cref="StorageException">The database is not available, or failed. Other exceptions are those of the operation.</exception>
    Task RunAsync(bool writes, Func<Task> operation);

    /// <summary>Ends the operations that are under way and lets go of the database.</summary>
    Task CloseAsync();
}
