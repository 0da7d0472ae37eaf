namespace Cano;

/// <summary>The way from a partition to its instances.</summary>
internal interface IInstances
{
    /// <summary>Asks an instance to run, or joins its run. What it throws means only that the answer did not come: ask again.</summary>
    Task<InstanceReply> RunAsync(string batchId, InstanceRun run);

    /// <summary>Signals the instance's cancellation token.</summary>
    Task CancelAsync(string batchId, string? incarnation, string instanceId);

    /// <summary>
    /// Stops the batch's runs on this silo, whoever started them: when this returns no attempt of any of its nodes begins here any more,
    /// and the tokens of those that run are being signalled. It waits for nothing and may be repeated. To be called once the batch's stop
    /// is durable, since it can't be taken back; each instance still needs its <see cref="CancelAsync"/>, until which a run that was
    /// stopped answers nobody.
    /// </summary>
    /// <param name="batchId">The batch.</param>
    /// <param name="incarnation">Which of the batches that bore the id; null for a batch without one.</param>
    void StopHere(string batchId, string? incarnation);

    /// <summary>Removes the instance's checkpoint.</summary>
    Task ForgetAsync(string batchId, string? incarnation, string instanceId);
}
