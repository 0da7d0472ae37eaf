using System.Diagnostics;
using Cano.Chaos.Clusters;
using Cano.Chaos.Witnesses;
using Cano.CrashHost;
using Cano.TestDatabase;

namespace Cano.Chaos.Losses;

/// <summary>
/// A silo halts (SIGSTOP), is declared dead, others take its batches over, and it goes on (SIGCONT) as if nothing had happened: nothing of it may get into the batches.
/// <c>CANO_CHAOS_HALT</c> is for how many seconds it stays halted at least; left out: until it was declared dead and its work has gone on elsewhere.
/// </summary>
public sealed class HaltedSiloTests(SharedPostgres postgres, ITestOutputHelper output)
{
    private static readonly TimeSpan s_patience = TimeSpan.FromSeconds(120);

    private static TimeSpan Halt => TimeSpan.FromSeconds(Environment.GetEnvironmentVariable("CANO_CHAOS_HALT") is { Length: > 0 } text ? int.Parse(text) : 0);

    [Fact]
    public async Task Silo_HaltsUntilOthersTookOver_DeliversNothingWhenItGoesOn()
    {
        await using ChaosCluster cluster = await ChaosCluster.StartAsync(postgres, silos: 3, ["Cano:CheckpointInterval=00:00:00"]);
        Witness[] witnesses = await Task.WhenAll(Enumerable.Range(0, 6).Select(number => Witness.StartAsync(
            cluster.Client.Cano,
            Batches.Of(
                $"halt-{number}",
                number % 2 == 0 ? new ConcurrentTimeout.WaitForever() : new ConcurrentTimeout.WaitForQuota(25),
                instances: 40,
                steps: 10_000,
                delayMs: 200,
                untilFile: cluster.EndFile))));
        foreach (Witness witness in witnesses)
        {
            await witness.UntilAsync("some run", TimeSpan.FromSeconds(20), status => status.Running > 10);
        }

        ChaosSilo? halted = null;
        foreach (Witness witness in witnesses)
        {
            halted ??= await cluster.SiloOfAsync(cluster.Client.Grains.GetGrain<IBatchGrain>(witness.Id));
        }

        Assert.NotNull(halted);
        halted.Halt();
        long at = Stopwatch.GetTimestamp();
        long declared = await cluster.DeclaredDeadAsync(halted, TimeSpan.FromSeconds(60));
        output.WriteLine($"Declared dead {Stopwatch.GetElapsedTime(at, declared).TotalSeconds:0.0} s after it halted.");
        foreach (Witness witness in witnesses)
        {
            long step = await cluster.StepAfterAsync(witness.Id, declared, TimeSpan.FromSeconds(20));
            output.WriteLine($"{witness.Id}: the next step {Stopwatch.GetElapsedTime(declared, step).TotalSeconds:0.0} s after that.");
        }

        if (Halt - Stopwatch.GetElapsedTime(at) is { Ticks: > 0 } left)
        {
            // The time is the test: there is nothing to wait for.
            await Task.Delay(left, TimeProvider.System, TestContext.Current.CancellationToken);
        }

        halted.GoOn();

        // It finds that it was declared dead, and ends itself.
        await halted.GoneAsync(TimeSpan.FromSeconds(60));
        output.WriteLine($"Its process ended by itself {Stopwatch.GetElapsedTime(at).TotalSeconds:0.0} s after it halted.");

        cluster.End();
        foreach (Witness witness in witnesses)
        {
            ConcurrentWorkflowResults<TrailState> results = await witness.EndAsync(s_patience);
            if (results.StopReason is StopReason.QuotaReached)
            {
                Assert.Equal(25, results.Completed);
            }
            else
            {
                Assert.Equal((40, 0, 0), (results.Completed, results.Failed, results.Cancelled));
            }
        }
    }
}
