using System.Diagnostics;
using Cano.Tests.Storage;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;

namespace Cano.Tests.Commands;

/// <summary>
/// A program that stops its embedded silo, or whose host stops, while it waits for batches. Its waits used to go on for a minute, without
/// a word of the stop.
/// </summary>
public sealed class EmbeddedStopTests
{
    /// <summary>
    /// The silo takes up to a second to stop under instances that run; what waited has ended by then, not a minute later.
    /// </summary>
    private static readonly TimeSpan s_atOnce = TimeSpan.FromSeconds(10);

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Dispose_WhileAProgramWaits_EndsEveryWaitAndSaysWhy()
    {
        using TemporaryFolder folder = new();
        EmbeddedCano cano = await CanoHost.StartEmbeddedAsync(new CanoHostOptions { DataFolder = folder.Path }, cancellationToken: Token);
        IGrainFactory client = cano.Client;
        ConcurrentWorkflowRun<SimulateState> run = await Batch("slow").StartAsync(client, cancellationToken: Token);
        TaskCompletionSource watched = new(TaskCreationOptions.RunContinuationsAsynchronously);
        TaskCompletionSource streamed = new(TaskCreationOptions.RunContinuationsAsynchronously);
        (string Name, Task Wait)[] waits =
        [
            ("WaitAsync", run.WaitAsync(Token)),
            ("WatchAsync", ReadAsync(run.WatchAsync(Token), status => status.Running == 1 && status.Completed == 1, watched)),
            ("StreamResultsAsync", ReadAsync(run.StreamResultsAsync(Token), _ => true, streamed)),
            ("OrchestrateAsync", Batch("other").OrchestrateAsync(client, cancellationToken: Token)),
        ];
        await Task.WhenAll(watched.Task, streamed.Task).WaitAsync(TimeSpan.FromSeconds(30), TimeProvider.System, Token);

        long begun = Stopwatch.GetTimestamp();
        await cano.DisposeAsync();
        foreach ((string name, Task wait) in waits)
        {
            await EndsAsync(name, wait);
        }

        Assert.InRange(Stopwatch.GetElapsedTime(begun), TimeSpan.Zero, s_atOnce);
        await EndsAsync("a later call", run.GetStatusAsync(Token));
        await EndsAsync("a later start", Batch("later").StartAsync(client, cancellationToken: Token));
        await EndsAsync("a later batch", ConcurrentWorkflowRun.Attach<SimulateState>(client, "slow").CancelAsync(Token));

        // The batches themselves are not affected.
        await using EmbeddedCano again = await CanoHost.StartEmbeddedAsync(new CanoHostOptions { DataFolder = folder.Path }, cancellationToken: Token);
        BatchStatus left = await ConcurrentWorkflowRun.Attach<SimulateState>(again.Client, "slow").GetStatusAsync(Token);
        Assert.Equal((BatchPhase.Running, 1), (left.Phase, left.Completed));
    }

    /// <summary>A silo of a program's own, which its host stops: nothing of Cano's is called for it.</summary>
    [Fact]
    public async Task HostOfASilo_StopsWhileAProgramWaits_EndsTheWaitAndSaysWhy()
    {
        using TemporaryFolder folder = new();
        await using EmbeddedCano cano = await CanoHost.StartEmbeddedAsync(new CanoHostOptions { DataFolder = folder.Path }, cancellationToken: Token);
        ConcurrentWorkflowRun<SimulateState> run = await Batch("slow").StartAsync(cano.Services.GetRequiredService<IClusterClient>(), cancellationToken: Token);
        TaskCompletionSource watched = new(TaskCreationOptions.RunContinuationsAsynchronously);
        Task watching = ReadAsync(run.WatchAsync(Token), status => status.Running == 1, watched);
        await watched.Task.WaitAsync(TimeSpan.FromSeconds(30), TimeProvider.System, Token);

        using CancellationTokenSource leave = new(TimeSpan.FromSeconds(1), TimeProvider.System);
        await Record.ExceptionAsync(() => cano.Services.GetRequiredService<IHost>().StopAsync(leave.Token));

        await EndsAsync("WatchAsync", watching);
        await EndsAsync("a later call", run.CancelAsync(Token));
    }

    private static async Task ReadAsync<T>(IAsyncEnumerable<T> items, Func<T, bool> isSeen, TaskCompletionSource seen)
    {
        await foreach (T item in items)
        {
            if (isSeen(item))
            {
                seen.TrySetResult();
            }
        }
    }

    private static async Task EndsAsync(string name, Task wait)
    {
        Exception? ended = await Record.ExceptionAsync(() => wait.WaitAsync(s_atOnce, TimeProvider.System, CancellationToken.None));
        Assert.True(ended is HostStoppedException, $"{name} ended with {ended}");
    }

    /// <summary>One instance that ends at once, one that outlasts the test.</summary>
    private static ConcurrentWorkflow<SimulateState> Batch(string id) =>
        new ConcurrentWorkflowBuilder<SimulateState>(new ConcurrentTimeout.WaitForever())
            .AddInstance(new ConcurrentWorkflowInstance<SimulateState, SimulateParams>("fast", SimulateWorkflow.Key, new SimulateParams()))
            .AddInstance(new ConcurrentWorkflowInstance<SimulateState, SimulateParams>("slow", SimulateWorkflow.Key, new SimulateParams { DelayMs = 600_000 }))
            .WithId(id)
            .Build();
}
