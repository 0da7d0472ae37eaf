namespace Cano;

/// <summary>How operations get to the database: what decides on which thread they run and in which transaction.</summary>
internal interface IStorageLane
{
    /// <summary>Makes the database ready: reachable, and with the schema of this version.</summary>
    Task OpenAsync(CancellationToken cancellationToken);

    /// <summary>Runs an operation.</summary>
    /// <param name="writes">Whether it may change the database.</param>
    /// <param name="operation">Runs one statement. What it writes is durable when the returned task completes, and only then.</param>
    /// <exception cref="StorageException">
    /// The database is not available, or failed; an operation that was never handed to it says so (<see
    /// cref="StorageException.WasNeverAttempted"/>). Other exceptions are those of the operation.
    /// </exception>
    Task RunAsync(bool writes, Func<Task> operation);

    /// <summary>
    /// Runs an operation that only shows whether the database answers, without waiting until those that are under way make room. Who asks
    /// while another asks is told the same.
    /// </summary>
    /// <param name="operation">Reads something, with one statement.</param>
    /// <exception cref="StorageException">The database is not available, or failed.</exception>
    Task ProbeAsync(Func<Task> operation);

    /// <summary>Ends the operations that are under way and lets go of the database.</summary>
    Task CloseAsync();
}
