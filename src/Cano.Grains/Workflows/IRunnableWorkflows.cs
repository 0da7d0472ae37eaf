namespace Cano;

/// <summary>Which workflows the silos of the cluster can run. It changes as silos join and leave. Safe for concurrent use.</summary>
internal interface IRunnableWorkflows
{
    /// <summary>
    /// Which state of the cluster the answers are about: another one whenever silos, and with them workflows, came or went.
    /// </summary>
    long Version { get; }

    /// <summary>Whether a silo of the cluster has the workflow now. Cheap: one look-up.</summary>
    bool CanRun(string workflow);

    /// <summary>Waits until <see cref="Version"/> differs from one that was read before.</summary>
    /// <param name="seen">The version that was read before <see cref="CanRun"/> was asked, so that no change in between is missed.</param>
    /// <param name="cancellationToken">Ends the waiting.</param>
    /// <exception cref="OperationCanceledException">The token was signalled.</exception>
    Task WaitForChangeAsync(long seen, CancellationToken cancellationToken);
}
