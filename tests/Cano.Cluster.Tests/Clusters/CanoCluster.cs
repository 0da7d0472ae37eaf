using Cano.Batches;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Time.Testing;
using Orleans.Runtime;
using Orleans.TestingHost;

namespace Cano;

/// <summary>
/// Silos in this process, on memory storage, whose grains follow a clock that tests move. Each test class has its own. At its end nothing of
/// its batches may be left in the silos (<see cref="Leftovers"/>).
/// </summary>
public class CanoCluster : IAsyncLifetime
{
    private InProcessTestCluster? _cluster;

    public FakeTimeProvider Clock { get; } = new(new DateTimeOffset(2026, 11, 22, 12, 0, 0, TimeSpan.Zero));

    public Gates Gates { get; } = new();

    public LiveNodes Nodes { get; } = new();

    public InProcessTestCluster Cluster => _cluster!;

    /// <summary>How many silos there are.</summary>
    protected virtual short Silos => 3;

    public IClusterClient Client => Cluster.Client;

    public async ValueTask InitializeAsync()
    {
        InProcessTestClusterBuilder builder = new(Silos);

        // Otherwise each silo and client writes a file into the folder logs of the working folder.
        builder.Options.ConfigureFileLogging = false;
        builder.ConfigureSilo((options, silo) =>
        {
            AddStorage(silo);
            silo.Services.AddKeyedSingleton<TimeProvider>(TimeProviderNames.Grains, Clock);
            silo.Services.AddSingleton(Gates);
            silo.Services.AddSingleton(Nodes);
            silo.AddCano(cano =>
            {
                // Tests end while instances wait at gates; nobody is to wait for those.
                cano.Configure(options => options.HandOverGrace = TimeSpan.FromMilliseconds(200)).Configure(Configure)
                    .AddWorkflow(Steps.Key, Steps.Define).AddWorkflow(BlockingNode.Key, BlockingNode.Define);
                AddWorkflows(options.SiloName, cano);
            });
        });
        _cluster = builder.Build();
        await _cluster.DeployAsync();
    }

    public async ValueTask DisposeAsync()
    {
        GC.SuppressFinalize(this);
        if (_cluster is not null)
        {
            await using InProcessTestCluster cluster = _cluster;
            await Leftovers.AssertNoneAsync(this, Leftovers.Patience);
        }
    }

    /// <summary>Gives a silo its storage: Orleans' own in memory, which a user's tests would take.</summary>
    protected virtual void AddStorage(ISiloBuilder silo) => silo.AddMemoryGrainStorage(SiloStorage.ProviderName);

    /// <summary>Changes options of all silos.</summary>
    protected virtual void Configure(CanoOptions options)
    {
    }

    /// <summary>Adds workflows to one silo.</summary>
    protected virtual void AddWorkflows(string silo, CanoBuilder cano)
    {
    }

    /// <summary>Waits until a status is as it should be.</summary>
    public static async Task<BatchStatus> UntilAsync(ConcurrentWorkflowRun<StepState> run, string what, Func<BatchStatus, bool> holds)
    {
        using CancellationTokenSource limit = new(TimeSpan.FromSeconds(60), TimeProvider.System);
        BatchStatus? last = null;
        try
        {
            await foreach (BatchStatus status in run.WatchAsync(limit.Token))
            {
                last = status;
                if (holds(status))
                {
                    return status;
                }
            }
        }
        catch (OperationCanceledException) when (limit.IsCancellationRequested)
        {
            // Said below.
        }

        throw new TimeoutException($"Waited 60 s for: {what}. Last seen: {last}.");
    }
}
