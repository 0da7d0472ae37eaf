using Orleans.Runtime;

namespace Cano.Calls;

/// <summary>Views and results for scripts, made short.</summary>
internal static class Scripts
{
    internal const string Digest = "0123456789abcdef0123456789abcdef";

    internal static readonly DateTimeOffset Noon = new(2026, 11, 22, 12, 0, 0, TimeSpan.Zero);

    internal static InstanceResult Result(string id, int finalAt, WorkflowOutcome outcome = WorkflowOutcome.Completed, int ordinal = 0) => new()
    {
        Id = id,
        Ordinal = ordinal,
        Workflow = "w",
        Outcome = outcome,
        FinalState = outcome is WorkflowOutcome.Completed ? "Done" : null,
        FinalAt = Noon.AddSeconds(finalAt),
    };

    /// <summary>A view of partitions with ten instances each.</summary>
    internal static BatchView View(long version, BatchPhase phase, params int[] final) => new(
        version,
        new BatchStatus
        {
            Id = "batch",
            Phase = phase,
            Total = final.Length * 10,
            Completed = final.Sum(),
            StopReason = phase < BatchPhase.Stopping ? null : StopReason.AllFinished,
        },
        Digest,
        [.. final.Select(_ => 10)],
        final);

    /// <summary>The same batch finished, with as many instances as results.</summary>
    internal static BatchView Finished(long version, params int[] sizes) =>
        View(version, BatchPhase.Finished, sizes) is var view ? view with { Sizes = sizes, Status = view.Status with { Total = sizes.Sum() } } : null!;

    internal static void Fill(this FakeCluster cluster, int partition, params IEnumerable<InstanceResult> results)
    {
        foreach (InstanceResult result in results)
        {
            cluster.Partition("batch", Digest, partition).Results.Add(result);
        }
    }

    internal static BatchRun Run(this FakeCluster cluster, InstantTime? time = null) =>
        new BatchClient(cluster.Factory, new GrainCalls(time ?? new InstantTime())).Open("batch");

    /// <summary>What a client sees when the silo that it asks is gone.</summary>
    internal static Exception SiloLost() => new SiloUnavailableException("The silo is gone.");
}
