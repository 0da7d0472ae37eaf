namespace Cano;

/// <summary>The way from a partition to its instances.</summary>
internal interface IInstances
{
    /// <summary>Asks an instance to run, or joins its run. What it throws means only that the answer did not come: ask again.</summary>
    Task<InstanceReply> RunAsync(string batchId, InstanceRun run);

    /// <summary>Signals the instance's cancellation token.</summary>
    Task CancelAsync(string batchId, string? incarnation, string instanceId);

    /// <summary>Removes the instance's checkpoint.</summary>
    Task ForgetAsync(string batchId, string? incarnation, string instanceId);
}
