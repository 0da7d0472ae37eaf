using System.Collections.Concurrent;

namespace Cano;

/// <summary>
/// The real batch and partition code under random schedules with faults. A failure names its seed; <c>CANO_SIMULATION_SEED</c> replays one,
/// <c>CANO_SIMULATION_SCHEDULES</c> says how many to run.
/// </summary>
public sealed class SimulationTests(ITestOutputHelper output)
{
    private const int Workers = 2;

    private static int Schedules => int.TryParse(Environment.GetEnvironmentVariable("CANO_SIMULATION_SCHEDULES"), out int schedules) ? schedules : 20_000;

    private static int First => int.TryParse(Environment.GetEnvironmentVariable("CANO_SIMULATION_FIRST"), out int first) ? first : 0;

    [Fact]
    public void Schedules_WithFaults_KeepEveryPromise()
    {
        ConcurrentDictionary<int, string> failures = [];
        int next = First - 1;
        long began = TimeProvider.System.GetTimestamp();
        Thread[] workers = [.. Enumerable.Range(0, Workers).Select(_ => new Thread(() =>
        {
            for (int seed = Interlocked.Increment(ref next); seed < First + Schedules && failures.Count < 20; seed = Interlocked.Increment(ref next))
            {
                if (Simulation.Run(seed) is { } failure)
                {
                    failures[seed] = failure;
                }
            }
        }))];
        Array.ForEach(workers, worker => worker.Start());
        Array.ForEach(workers, worker => worker.Join());

        double seconds = TimeProvider.System.GetElapsedTime(began).TotalSeconds;
        output.WriteLine($"{next - First} schedules in {seconds:F1} s, {(next - First) / seconds:F0} a second.");
        foreach ((int seed, string failure) in failures.OrderBy(one => one.Value.Length))
        {
            output.WriteLine(failure[..failure.IndexOf('\n', StringComparison.Ordinal)]);
        }

        Assert.True(failures.IsEmpty, failures.IsEmpty ? "" : failures.Values.MinBy(failure => failure.Length));
    }

    [Fact]
    public void Seed_GivenByTheEnvironment_IsReplayed()
    {
        if (int.TryParse(Environment.GetEnvironmentVariable("CANO_SIMULATION_SEED"), out int seed))
        {
            output.WriteLine(string.Join('\n', Simulation.Trace(seed)));
            Assert.Null(Simulation.Run(seed));
        }
    }

    [Fact]
    public void SameSeed_RunTwice_IsTheSameSchedule()
    {
        for (int seed = 0; seed < 200; seed++)
        {
            Assert.Equal(Simulation.Trace(seed), Simulation.Trace(seed));
        }
    }
}
