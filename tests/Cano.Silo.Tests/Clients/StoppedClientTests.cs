using Cano.CrashHost;
using Cano.Tests.Crashes;
using Cano.Tests.Storage;

namespace Cano.Tests.Clients;

/// <summary>
/// A program whose connection to the cluster stops while it waits for a batch: the silos go on, but no answer can come to it any more.
/// </summary>
public sealed class StoppedClientTests : IAsyncLifetime
{
    private static readonly TimeSpan s_atOnce = TimeSpan.FromSeconds(10);

    private readonly TemporaryFolder _folder = new();
    private CrashSilo _silo = null!;

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    public ValueTask InitializeAsync()
    {
        _silo = CrashSilo.Serve(_folder);
        return ValueTask.CompletedTask;
    }

    public async ValueTask DisposeAsync()
    {
        await _silo.DisposeAsync();
        _folder.Dispose();
    }

    [Theory]
    [InlineData("CanoClient")]
    [InlineData("IClusterClient")]
    public async Task HostOfTheClient_StopsWhileAProgramWaits_EndsItsWaitsAndSaysWhy(string through)
    {
        SiloClient client = await _silo.ConnectAsync();
        ConcurrentWorkflow<TrailState> batch = new ConcurrentWorkflowBuilder<TrailState>(new ConcurrentTimeout.WaitForever())
            .AddInstance(new ConcurrentWorkflowInstance<TrailState, TrailParams>("slow", Trail.Key, new TrailParams(Steps: 1, DelayMs: 600_000)))
            .WithId("waited")
            .Build();
        ConcurrentWorkflowRun<TrailState> run = through == "CanoClient"
            ? await client.Cano.StartAsync(batch, cancellationToken: Token)
            : await batch.StartAsync(client.Cluster, cancellationToken: Token);
        TaskCompletionSource running = new(TaskCreationOptions.RunContinuationsAsynchronously);
        Task watching = WatchAsync(run, running);
        Task waiting = run.WaitAsync(Token);
        await running.Task.WaitAsync(TimeSpan.FromSeconds(30), TimeProvider.System, Token);

        await client.StopAsync();

        foreach (Task wait in (Task[])[watching, waiting, run.GetStatusAsync(Token), run.CancelAsync(Token)])
        {
            await Assert.ThrowsAsync<HostStoppedException>(() => wait.WaitAsync(s_atOnce, TimeProvider.System, Token));
        }
    }

    private static async Task WatchAsync(ConcurrentWorkflowRun<TrailState> run, TaskCompletionSource running)
    {
        await foreach (BatchStatus status in run.WatchAsync(Token))
        {
            if (status.Running == 1)
            {
                running.TrySetResult();
            }
        }
    }
}
