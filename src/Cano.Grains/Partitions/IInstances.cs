namespace Cano;

/// <summary>The way from a partition to its instances.</summary>
internal interface IInstances
{
    /// <summary>Whether any silo of the cluster has a workflow.</summary>
    bool CanRun(string workflow);

    /// <summary>Whether this silo has a workflow: then its instances run here.</summary>
    bool CanRunHere(string workflow);

    /// <summary>Which state of the cluster <see cref="CanRun"/> answers about: another one whenever silos came or went.</summary>
    long SilosVersion { get; }

    /// <summary>Waits until <see cref="SilosVersion"/> differs from one that was read before.</summary>
    /// <exception cref="OperationCanceledException">The token was signalled.</exception>
    Task WhenSilosChangeAsync(long seen, CancellationToken cancellationToken);

    /// <summary>Asks an instance to run, or joins its run. What it throws means only that the answer did not come: ask again.</summary>
    Task<InstanceReply> RunAsync(string batchId, InstanceRun run);

    /// <summary>
    /// Stops the batch's runs on this silo, whichever activation started them: when this returns no attempt of any of its nodes begins here
    /// any more, and the tokens of those that
    /// run are being signalled. It waits for nothing and may be repeated. To be called once the batch's stop is durable, since it can't be
    /// taken back.
    /// </summary>
    void StopHere(string batchId, string? incarnation);

    /// <summary>
    /// How far a run on this silo had come when <see cref="StopHere"/> stopped it, told once; null: it is not known, or not one of those
    /// whose path is kept.
    /// </summary>
    InstancePath? TakePath(string batchId, string? incarnation, string instanceId) => null;

    /// <summary>Does the same on every silo of the cluster: each is asked again until it has answered or is gone.</summary>
    Task StopEverywhereAsync(string batchId, string? incarnation);

    /// <summary>Removes the instance's checkpoint.</summary>
    Task ForgetAsync(string batchId, string? incarnation, string instanceId);
}
