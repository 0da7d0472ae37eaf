using BenchmarkDotNet.Attributes;

namespace Cano.Benchmarks;

/// <summary>What it costs to run a tiny piece of work on the threads meant for nodes, beside the thread pool's price.</summary>
[MemoryDiagnoser]
[ShortRunJob]
public class Scheduling
{
    private const int Burst = 1_000;

    private readonly Task[] _tasks = new Task[Burst];
    private NodeScheduler _scheduler = null!;

    [GlobalSetup]
    public void Start() => _scheduler = new(maxWorkers: 1_024);

    [GlobalCleanup]
    public void Stop() => _scheduler.Dispose();

    [Benchmark(OperationsPerInvoke = Burst)]
    public Task NodeSchedulerBurst() => BurstAsync(_scheduler);

    [Benchmark(OperationsPerInvoke = Burst)]
    public Task ThreadPoolBurst() => BurstAsync(TaskScheduler.Default);

    /// <summary>One after the other, so that each finds all workers idle.</summary>
    [Benchmark]
    public Task NodeSchedulerAlone() => StartAsync(_scheduler);

    [Benchmark]
    public Task ThreadPoolAlone() => StartAsync(TaskScheduler.Default);

    private static Task StartAsync(TaskScheduler scheduler) =>
        Task.Factory.StartNew(static () => { }, CancellationToken.None, TaskCreationOptions.DenyChildAttach, scheduler);

    private Task BurstAsync(TaskScheduler scheduler)
    {
        for (int i = 0; i < Burst; i++)
        {
            _tasks[i] = StartAsync(scheduler);
        }

        return Task.WhenAll(_tasks);
    }
}
