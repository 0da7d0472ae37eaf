using System.Diagnostics.Metrics;
using Cano.Tests.Storage;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Time.Testing;
using Orleans.Runtime;

namespace Cano.Tests.Retention;

/// <summary>Batches whose time is over are purged with nobody asking, and forgotten when the time of their tombstones is. The database itself is read to see it.</summary>
public abstract class RetentionTests : IDisposable
{
    private static readonly TimeSpan s_retention = new CanoOptions().Retention;

    private readonly TemporaryFolder _folder = new();
    private readonly FakeTimeProvider _clock = new(new DateTimeOffset(2026, 11, 22, 12, 0, 0, TimeSpan.Zero));

    protected static CancellationToken Token => TestContext.Current.CancellationToken;

    protected string Folder => _folder.Path;

    public void Dispose()
    {
        _folder.Dispose();
        GC.SuppressFinalize(this);
    }

    [Fact]
    public async Task FinishedBatches_KeptLongEnough_ArePurgedAndForgotten()
    {
        await using EmbeddedCano cano = await StartAsync();
        string[] small = [.. Enumerable.Range(0, 45).Select(number => $"small-{number}")];
        await Task.WhenAll(small.Select(id => Batch(id, 3).OrchestrateAsync(cano.Client, cancellationToken: Token)));
        await Batch("large", 2_500).OrchestrateAsync(cano.Client, cancellationToken: Token);
        await CancelledAsync(cano, "cancelled");
        ConcurrentWorkflowRun<SimulateState> running = await Batch("running", 2, hangs: true).StartAsync(cano.Client, cancellationToken: Token);
        Assert.True(await CountAsync("OrleansStorage", "GrainTypeString = 'cano.checkpoint'") >= 4);

        _clock.Advance(s_retention - TimeSpan.FromMinutes(2));
        Assert.Equal(3, (await ConcurrentWorkflowRun.Attach<SimulateState>(cano.Client, "small-7").WaitAsync(Token)).Completed);
        _clock.Advance(TimeSpan.FromMinutes(3));

        await UntilAsync("all are purged", async () => await CountAsync("CanoBatch", "PurgedAt IS NOT NULL") == 47);
        await UntilAsync("the loop has come to its end", async () => await CountAsync("OrleansStorage", NotOfRunning) == 47);
        Assert.Equal(47, await CountAsync("OrleansStorage", $"{NotOfRunning} AND GrainTypeString = 'cano.batch'"));
        Assert.Equal(0, await CountAsync("CanoBatch", "PurgedAt IS NOT NULL AND Name IS NOT NULL"));
        Assert.Equal(1, await CountAsync("CanoBatchWorkflow", "1 = 1"));
        await Assert.ThrowsAsync<BatchPurgedException>(() => Batch("small-7", 3).StartAsync(cano.Client, cancellationToken: Token));
        Assert.Equal(BatchPhase.Running, (await running.GetStatusAsync(Token)).Phase);

        _clock.Advance(s_retention + TimeSpan.FromMinutes(2));

        await UntilAsync("all are forgotten", async () => await CountAsync("CanoBatch", "1 = 1") == 1 && await CountAsync("OrleansStorage", NotOfRunning) == 0);
        Assert.Equal(3, (await Batch("small-7", 3).OrchestrateAsync(cano.Client, cancellationToken: Token)).Completed);
    }

    /// <summary>
    /// Entries that say a batch is over which goes on: the oldest 200 of them were looked at again and again, and nothing behind them.
    /// </summary>
    [Fact]
    public async Task EntriesThatCanNotGo_MoreThanAPage_DoNotStandInTheWayOfOthers()
    {
        await using EmbeddedCano cano = await StartAsync();
        ConcurrentWorkflowRun<SimulateState> running = await Batch("running", 2, hangs: true).StartAsync(cano.Client, cancellationToken: Token);
        DateTimeOffset longAgo = _clock.GetUtcNow() - TimeSpan.FromDays(1);
        IBatchCatalog catalog = cano.Services.GetRequiredService<IBatchCatalog>();
        await Task.WhenAll(Enumerable.Range(0, RetentionLoop.BatchesPerPage + 5).Select(number => catalog.PutAsync(
            new BatchEntry
            {
                Status = new()
                {
                    Id = "running",
                    Phase = BatchPhase.Finished,
                    Total = 1,
                    Completed = 1,
                    CreatedAt = longAgo,
                    StartedAt = longAgo,
                    StoppedAt = longAgo,
                    FinishedAt = longAgo,
                },
                Version = 7,
                Owner = "127.0.0.1:11111@1",
                Digest = $"other-{number}",
                Partitions = 1,
            },
            Token)));
        await Batch("behind", 3).OrchestrateAsync(cano.Client, cancellationToken: Token);
        await UntilAsync("the catalog knows", async () => await CountAsync("CanoBatch", "Id = 'behind' AND FinishedAt IS NOT NULL") == 1);

        _clock.Advance(s_retention + TimeSpan.FromMinutes(2));

        await UntilAsync("the one behind them is purged", async () => await CountAsync("CanoBatch", "Id = 'behind' AND PurgedAt IS NOT NULL") == 1);
        Assert.Equal(BatchPhase.Running, (await running.GetStatusAsync(Token)).Phase);
    }

    /// <summary>What it costs: the decision, the tombstone; and an update of the catalog for each.</summary>
    [Fact]
    public async Task Purge_OfASmallBatch_IsTwoWrites()
    {
        // Checkpoints would be removed some time after the end, and counted.
        await using EmbeddedCano cano = await StartAsync(checkpointInterval: "01:00:00");
        await Batch("counted", 3).OrchestrateAsync(cano.Client, cancellationToken: Token);
        await UntilAsync("the catalog knows", async () => await CountAsync("CanoBatch", "FinishedAt IS NOT NULL") == 1);
        using WriteCount count = new(cano.Services.GetRequiredService<IMeterFactory>());

        await ConcurrentWorkflowRun.Attach<SimulateState>(cano.Client, "counted").PurgeAsync(Token);

        Assert.Equal(2, count.Writes);
        Assert.Equal(1, await CountAsync("CanoBatch", "PurgedAt IS NOT NULL"));
        Assert.Equal(0, await CountAsync("CanoBatchWorkflow", "1 = 1"));
    }

    /// <summary>A start that was broken off is found by its entry, whose batch there is not.</summary>
    [Fact]
    public async Task PreparedPartitions_NeverStarted_AreRemovedFromTheDatabase()
    {
        await using EmbeddedCano cano = await StartAsync();
        BatchHeader header = new()
        {
            Timeout = new ConcurrentTimeout.WaitForever(),
            Total = 3,
            PartitionSizes = [1, 1, 1],
            Digest = new string('a', 64),
            Workflows = [SimulateWorkflow.Key.Name],
        };
        await cano.Client.GetGrain<IBatchGrain>("broken").PrepareAsync(header);
        for (int index = 0; index < 2; index++)
        {
            await cano.Client.GetGrain<IPartitionGrain>(PartitionSpec.Key("broken", header.Digest, index)).PrepareAsync(
                new() { BatchId = "broken", FirstOrdinal = index, Instances = [new($"i{index}", SimulateWorkflow.Key.Name, null, null)] });
        }

        Assert.Equal((2, 1), (await CountAsync("OrleansStorage", "1 = 1"), await CountAsync("CanoBatch", "1 = 1")));
        _clock.Advance(TimeSpan.FromMinutes(61));

        await UntilAsync("nothing is left", async () => await CountAsync("OrleansStorage", "1 = 1") == 0 && await CountAsync("CanoBatch", "1 = 1") == 0);
        Assert.Equal(0, await CountAsync("CanoBatchWorkflow", "1 = 1"));
    }

    /// <summary>The rows of all batches but the one that runs.</summary>
    private const string NotOfRunning = "GrainIdExtensionString NOT LIKE '%/running%'";

    /// <summary>Where the state is kept.</summary>
    private protected abstract Task ConfigureAsync(CanoHostOptions options);

    private protected abstract Task<long> CountAsync(string table, string where);

    private async Task<EmbeddedCano> StartAsync(string checkpointInterval = "00:00:00")
    {
        CanoHostOptions options = new() { DataFolder = Folder };
        options.Settings["Cano:CheckpointInterval"] = checkpointInterval;
        await ConfigureAsync(options);
        return await CanoHost.StartEmbeddedAsync(
            options,
            cano => cano.Services.AddKeyedSingleton<TimeProvider>(TimeProviderNames.Grains, _clock),
            Token);
    }

    private async Task CancelledAsync(EmbeddedCano cano, string id)
    {
        ConcurrentWorkflowRun<SimulateState> run = await Batch(id, 4, hangs: true).StartAsync(cano.Client, cancellationToken: Token);
        await UntilAsync("its instances have checkpoints", async () => await CountAsync("OrleansStorage", "GrainTypeString = 'cano.checkpoint'") >= 4);
        await run.CancelAsync(Token);
        Assert.Equal(4, (await run.WaitAsync(Token)).Cancelled);
    }

    /// <param name="id">Its id.</param>
    /// <param name="instances">How many instances.</param>
    /// <param name="hangs">Whether they wait, 24 days at each of 10 steps; they begin with a transition, so that each has a checkpoint.</param>
    private static ConcurrentWorkflow<SimulateState> Batch(string id, int instances, bool hangs = false) =>
        new ConcurrentWorkflowBuilder<SimulateState>(new ConcurrentTimeout.WaitForever())
            .AddInstances(Enumerable.Range(0, instances).Select(number =>
                new ConcurrentWorkflowInstance<SimulateState, SimulateParams>($"i{number}", SimulateWorkflow.Key, new SimulateParams { Steps = hangs ? 10 : 1, DelayMs = hangs ? int.MaxValue : 0 })))
            .WithId(id)
            .WithName($"name of {id}")
            .Build();

    private static async Task UntilAsync(string what, Func<Task<bool>> holds)
    {
        using PeriodicTimer pause = new(TimeSpan.FromMilliseconds(50), TimeProvider.System);
        long started = TimeProvider.System.GetTimestamp();
        while (!await holds())
        {
            Assert.True(TimeProvider.System.GetElapsedTime(started) < TimeSpan.FromSeconds(60), $"Waited 60 s for: {what}.");
            await pause.WaitForNextTickAsync(Token);
        }
    }

    /// <summary>Counts the rows that are written or cleared.</summary>
    private sealed class WriteCount : IDisposable
    {
        private readonly MeterListener _listener = new();
        private long _writes;

        internal WriteCount(IMeterFactory meters)
        {
            _listener.InstrumentPublished = (instrument, listener) =>
            {
                if (instrument.Meter.Scope == meters && instrument.Name == "cano.storage.writes")
                {
                    listener.EnableMeasurementEvents(instrument);
                }
            };
            _listener.SetMeasurementEventCallback<long>((_, value, _, _) => Interlocked.Add(ref _writes, value));
            _listener.Start();
        }

        internal long Writes => Interlocked.Read(ref _writes);

        public void Dispose() => _listener.Dispose();
    }
}
