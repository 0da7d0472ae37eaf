using Microsoft.Extensions.DependencyInjection;
using Orleans.TestingHost;

namespace Cano;

/// <summary>What silos must have none of once all their batches have ended: slots, runs, scopes, and threads that do something.</summary>
internal static class Leftovers
{
    /// <summary>How long runs that were stopped may take to end on a busy machine.</summary>
    internal static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

    /// <summary>Cancels the batches that tests have left running, lets their instances go, and waits until nothing is left of them.</summary>
    /// <exception cref="TimeoutException">Something is left; it says what, and on which silo.</exception>
    internal static async Task AssertNoneAsync(CanoCluster cluster, TimeSpan patience)
    {
        await CancelAllAsync(cluster, patience);
        cluster.Gates.OpenAll();
        using PeriodicTimer pause = new(TimeSpan.FromMilliseconds(5), TimeProvider.System);
        long begun = TimeProvider.System.GetTimestamp();
        while (In(cluster) is { Length: > 0 } left)
        {
            if (TimeProvider.System.GetElapsedTime(begun) > patience)
            {
                throw new TimeoutException($"{patience.TotalSeconds} s after all batches of these tests had ended there were still: {string.Join("; ", left)}.");
            }

            await pause.WaitForNextTickAsync(CancellationToken.None);
        }
    }

    private static async Task CancelAllAsync(CanoCluster cluster, TimeSpan patience)
    {
        IBatchCatalog catalog = cluster.Cluster.GetSiloServiceProvider().GetRequiredService<IBatchCatalog>();
        foreach (BatchEntry entry in await catalog.GetUnfinishedAsync().WaitAsync(patience, TimeProvider.System))
        {
            try
            {
                await ConcurrentWorkflowRun.Attach<StepState>(cluster.Client, entry.Status.Id).CancelAsync().WaitAsync(patience, TimeProvider.System);
            }
            catch (Exception exception) when (exception is BatchNotFoundException or BatchPurgedException)
            {
                // The catalog has an entry of a batch that a test broke off or made up.
            }
            catch (TimeoutException)
            {
                throw new TimeoutException($"The batch {entry.Status.Id}, which a test has left, could not be cancelled within {patience.TotalSeconds} s.");
            }
        }
    }

    private static string[] In(CanoCluster cluster) =>
    [
        .. cluster.Cluster.Silos.SelectMany(InSilo),
        .. Some(cluster.Nodes.Count, "nodes of runs that were not disposed of"),
    ];

    private static IEnumerable<string> InSilo(InProcessSiloHandle silo)
    {
        InstanceSlots slots = silo.ServiceProvider.GetRequiredService<InstanceSlots>();
        NodeScheduler threads = silo.ServiceProvider.GetRequiredService<NodeScheduler>();
        return ((string[])
        [
            .. Some(slots.Running, "slots in use"),
            .. Some(slots.BatchCount, "batches that hold slots or wait for one"),
            .. Some(slots.GivenUp, "given-up runs"),
            .. Some(silo.ServiceProvider.GetRequiredService<RunControls>().RunCount, "runs that have not ended"),
            .. Some(threads.QueueLength, "tasks that wait for a node thread"),
            .. Some(threads.BusyWorkerCount, "node threads at work"),
        ]).Select(left => $"{left} on {silo.Name}");
    }

    private static IEnumerable<string> Some(int count, string what) => count == 0 ? [] : [$"{count} {what}"];
}
