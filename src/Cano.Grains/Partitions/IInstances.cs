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

    /// <summary>Stops the batch's runs on this silo: no attempt begins from here on, and every token is signalled.</summary>
    void StopHere(string batchId, string? incarnation);

    /// <summary>Does the same on every silo of the cluster, again and again until the silo has answered or is gone.</summary>
    /// <exception cref="SupersededException">This silo stops; the partition's next activation sees to it.</exception>
    Task StopEverywhereAsync(string batchId, string? incarnation);

    /// <summary>Removes the instance's checkpoint.</summary>
    Task ForgetAsync(string batchId, string? incarnation, string instanceId);
}
