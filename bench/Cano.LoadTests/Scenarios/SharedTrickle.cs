using Orleans;

namespace Cano.LoadTests;

/// <summary>Items that are appended to one list of the shared store one after the other, 10 ms apart: the worst case for a row that each write writes whole.</summary>
internal sealed record SharedTrickle() : Scenario("shared-trickle", "what appending singly to a list that grows to 900 KB costs in writes", 2_000, 1, 2_048)
{
    private const int Milliseconds = 10;

    private SharedWrites? _writes;

    protected override void Begin(IServiceProvider services) => _writes = new(services);

    protected override async Task MeasureAsync(IGrainFactory client, LoadSettings settings, Counts counts)
    {
        ConcurrentWorkflow<NoOpState> batch = Batch(new ConcurrentTimeout.WaitForever(), settings.Instances, SharedOrders.Trickle, i => 500 + (i * Milliseconds));
        LoadRun run = await LoadRun.MakeAsync(client, batch, counts);
        long writes = await _writes!.CountAsync(batch.Id);
        Print($"{run.Result.Completed:N0} items {Milliseconds} ms apart in {run.Elapsed.TotalSeconds:N1} s: {writes:N0} writes of the store, {run.Counted.Written / 1e6 / run.Elapsed.TotalSeconds:N1} MB a second, {run.Counted.Written / settings.Instances:N0} bytes for an item");
    }
}
