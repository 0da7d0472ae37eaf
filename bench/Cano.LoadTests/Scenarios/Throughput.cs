using System.Diagnostics;
using Orleans;

namespace Cano.LoadTests;

/// <summary>Batches of instances that do nothing, one after the other, beside what raw Orleans does with as many grains in the same process.</summary>
internal sealed record Throughput() : Scenario("throughput", "instances a second, and what one costs", 10_000, 3)
{
    protected override async Task MeasureAsync(IGrainFactory client, LoadSettings settings, Counts counts)
    {
        Print($"batch  ms (submit/run)        instances/s  completed  writes  writes/1000  bytes/instance  commits  allocated/instance  CPU us/instance  GC 0/1/2   after stop ms  peak MB");
        List<double> rates = [];
        List<double> shares = [];
        for (int i = -settings.Warmup; i < settings.Batches; i++)
        {
            // The machine's speed changes from minute to minute: each batch is compared with the floor measured just before it.
            double floor = await FloorAsync(client, settings, i < 0 ? $"warm{-i}" : $"floor{i}");
            LoadRun run = await LoadRun.MakeAsync(client, BatchFor(settings), counts);
            double rate = settings.Instances / run.Elapsed.TotalSeconds;
            if (i >= 0)
            {
                rates.Add(rate);
                shares.Add(rate / floor);
            }

            double each = settings.Instances;
            Print($"{(i < 0 ? "warm" : $"{i}"),-5}  {run.Elapsed.TotalMilliseconds:N1} ({run.Submitting.TotalMilliseconds:N0}/{run.Running.TotalMilliseconds:N0})  {rate,-11:N0}  {run.Result.Completed,-9}  {run.Counted.Writes,-6}  {run.Counted.Writes * 1000 / each,-11:N2}  {run.Counted.Written / each,-14:N1}  {run.Counted.Commits,-7}  {run.Allocated / each,-18:N0}  {run.Processor.TotalMicroseconds / each,-15:N1}  {run.Collections,-9}  {run.AfterStop.TotalMilliseconds,-13:N1}  {PeakMegabytes()}");
        }

        if (rates.Count > 0)
        {
            Print($"median {Percentile(rates, 0.5):N0} instances/s, {Percentile(shares, 0.5):P0} of the floor measured beside each; largest row {counts.LargestWrite:N0} bytes");
        }
    }

    private static ConcurrentWorkflow<NoOpState> BatchFor(LoadSettings settings)
    {
        int quota = Math.Max(1, settings.Instances / 2);
        TimeSpan duration = TimeSpan.FromMinutes(5);
        ConcurrentTimeout timeout = settings.Strategy switch
        {
            "quota" => new ConcurrentTimeout.WaitForQuota(quota),
            "duration" => new ConcurrentTimeout.WaitDuration(duration),
            "both" => new ConcurrentTimeout.WaitQuotaOrDuration(quota, duration),
            _ => new ConcurrentTimeout.WaitForever(),
        };
        return Batch(timeout, settings.Instances, LoadSilo.NoOp, _ => 60_000);
    }

    private static async Task<double> FloorAsync(IGrainFactory client, LoadSettings settings, string name)
    {
        const int callers = 8;
        const int window = 128;
        using Process self = Process.GetCurrentProcess();
        TimeSpan processor = self.TotalProcessorTime;
        long allocated = GC.GetTotalAllocatedBytes();
        long started = Stopwatch.GetTimestamp();
        int each = Math.Max(1, settings.Instances / callers);
        await Task.WhenAll(Enumerable.Range(0, callers).Select(caller => client.GetGrain<IFloorCallerGrain>($"{name}-{caller}").CallAsync($"{name}-{caller}", each, window)));
        double seconds = Stopwatch.GetElapsedTime(started).TotalSeconds;
        self.Refresh();
        double rate = each * callers / seconds;
        Print($"{name,-5} {seconds * 1000:N1} ms  {rate:N0} grains/s of raw Orleans, {(self.TotalProcessorTime - processor).TotalMicroseconds / (each * callers):N1} us of CPU and {(GC.GetTotalAllocatedBytes() - allocated) / (each * callers):N0} bytes each");
        return rate;
    }
}
