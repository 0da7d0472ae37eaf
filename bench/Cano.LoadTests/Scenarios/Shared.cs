using Orleans;

namespace Cano.LoadTests;

/// <summary>
/// Orders of half a second, each of which makes one call of the batch's shared store: what each kind of call adds to the run without it,
/// and how many writes it costs.
/// </summary>
internal sealed record Shared() : Scenario("shared", "what a call of the shared store in each instance costs", 5_000, 3)
{
    private SharedWrites? _writes;

    protected override void Begin(IServiceProvider services) => _writes = new(services);

    protected override async Task MeasureAsync(IGrainFactory client, LoadSettings settings, Counts counts)
    {
        await LoadRun.MakeAsync(client, Orders(settings, SharedCall.None), counts);
        Print($"round  call       ms       of the run without  store's writes for 1,000 changes  bytes written for a change  calls of change  completed");
        Dictionary<SharedCall, List<double>> ratios = [];
        for (int round = 0; round < settings.Batches; round++)
        {
            double without = 0;
            long bytesWithout = 0;
            foreach (SharedCall call in Enum.GetValues<SharedCall>())
            {
                long attempts = SharedOrders.Attempts;
                LoadRun run = await LoadRun.MakeAsync(client, Orders(settings, call), counts);
                if (call is SharedCall.None)
                {
                    (without, bytesWithout) = (run.Elapsed.TotalMilliseconds, run.Counted.Written);
                }

                double ratio = run.Elapsed.TotalMilliseconds / without;
                if (!ratios.TryAdd(call, [ratio]))
                {
                    ratios[call].Add(ratio);
                }

                long writes = await _writes!.CountAsync(run.Result.BatchId);
                double each = settings.Instances;
                Print($"{round,-5}  {call,-9}  {run.Elapsed.TotalMilliseconds,-7:N0}  {ratio,-18:N2}  {writes * 1000 / each,-32:N1}  {Math.Max(0, run.Counted.Written - bytesWithout) / each,-26:N0}  {SharedOrders.Attempts - attempts,-15:N0}  {run.Result.Completed:N0}");
            }
        }

        foreach ((SharedCall call, List<double> of) in ratios.Where(pair => pair.Key is not SharedCall.None))
        {
            Print($"{call}: median {Percentile(of, 0.5):N2} of the run without");
        }
    }

    private static ConcurrentWorkflow<NoOpState> Orders(LoadSettings settings, SharedCall call) =>
        Batch(new ConcurrentTimeout.WaitForever(), settings.Instances, SharedOrders.Key, _ => (int)call);
}
