using Microsoft.Extensions.DependencyInjection;
using Orleans.Core.Internal;
using Orleans.Runtime;
using Orleans.Runtime.Hosting;
using Orleans.Storage;

namespace Cano.Recovery;

/// <summary>
/// The catalog in grain storage confirms an entry when it is durable, and not while its write is under way or after it has failed.
/// </summary>
public sealed class CatalogDurabilityTests : IAsyncLifetime
{
    private const string Rows = "cano.catalog";

    private readonly HeldCluster _cluster = new();

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    public ValueTask InitializeAsync() => _cluster.InitializeAsync();

    public ValueTask DisposeAsync() => _cluster.DisposeAsync();

    private IBatchCatalog Catalog => _cluster.Cluster.Silos[0].ServiceProvider.GetRequiredService<IBatchCatalog>();

    public static TheoryData<string> Repetitions => ["the same entry", "an older one", "a removal of another version"];

    /// <summary>It was confirmed at once: after a crash, recovery would not have found the batch.</summary>
    [Theory]
    [MemberData(nameof(Repetitions))]
    public async Task Put_TheWriteOfTheEntryIsUnderWay_IsConfirmedOnlyWhenItIsInTheRow(string repetition)
    {
        Hold hold = _cluster.HoldNextWrite();
        Task first = Catalog.PutAsync(Entry(BatchPhase.Running, 5), Token);
        await hold.ReachedAsync();

        Task second = RepeatAsync(repetition);
        await AnswersAsync(second);

        Assert.False(second.IsCompleted, $"{repetition} was confirmed while the write was under way.");
        hold.LetGo();
        await Task.WhenAll(first, second);
        Assert.Equal(5, Assert.Single((await StoredAsync())!.Entries).Version);
    }

    [Theory]
    [MemberData(nameof(Repetitions))]
    public async Task Put_TheWriteOfTheEntryFails_IsNotConfirmed(string repetition)
    {
        Hold hold = _cluster.HoldNextWrite();
        Task first = Catalog.PutAsync(Entry(BatchPhase.Running, 5), Token);
        await hold.ReachedAsync();
        Task second = RepeatAsync(repetition);
        await AnswersAsync(second);
        hold.Fail(new TimeoutException("No answer came."));

        await Assert.ThrowsAsync<TimeoutException>(() => first);
        await Assert.ThrowsAnyAsync<Exception>(() => second);
        Assert.Null(await StoredAsync());

        await AskUntilAnsweredAsync(() => Catalog.PutAsync(Entry(BatchPhase.Running, 5), Token));
        Assert.Equal(5, Assert.Single((await StoredAsync())!.Entries).Version);
    }

    /// <summary>The end of a batch, said twice: the second time there is no entry any more, and its removal is under way.</summary>
    [Fact]
    public async Task Put_TheRemovalOfAFinishedBatchIsUnderWay_IsConfirmedOnlyWhenItIsOutOfTheRow()
    {
        await Catalog.PutAsync(Entry(BatchPhase.Running, 5), Token);
        Hold hold = _cluster.HoldNextWrite();
        Task first = Catalog.PutAsync(Entry(BatchPhase.Finished, 7), Token);
        await hold.ReachedAsync();

        Task second = Catalog.PutAsync(Entry(BatchPhase.Finished, 7), Token);
        await AnswersAsync(second);

        Assert.False(second.IsCompleted, "It was confirmed while the entry was still in the row.");
        hold.LetGo();
        await Task.WhenAll(first, second);
        Assert.Empty((await StoredAsync())!.Entries);
    }

    /// <summary>One shard that could not be read kept recovery from all the others.</summary>
    [Fact]
    public async Task GetUnfinished_ForRecovery_AShardCantBeRead_GivesThoseOfTheOthers()
    {
        string[] ids = [.. Enumerable.Range(0, 64).Select(number => $"shared-out-{number}")];
        await Task.WhenAll(ids.Select(id => Catalog.PutAsync(Entry(BatchPhase.Running, 5, id), Token)));
        string[] kept = [.. (await StoredAsync("shard-3"))!.Entries.Select(entry => entry.Status.Id)];
        _cluster.Unreadable = "shard-3";
        await _cluster.Client.GetGrain<ICatalogIndexGrain>("shard-3").Cast<IGrainManagementExtension>().DeactivateOnIdle();

        IReadOnlyList<BatchEntry> found = [];
        await AskUntilAnsweredAsync(async () =>
        {
            found = await Catalog.GetUnfinishedAsync([], _ => false, Token);
            Assert.Equal(ids.Except(kept).Order(), found.Select(entry => entry.Status.Id).Order());
        });
        Assert.NotEmpty(kept);

        // And it comes back by itself: what could not be read is read again in the next call.
        _cluster.Unreadable = null;
        Assert.Equal(ids.Order(), (await Catalog.GetUnfinishedAsync([], _ => false, Token)).Select(entry => entry.Status.Id).Order());
    }

    private Task RepeatAsync(string repetition) => repetition switch
    {
        "the same entry" => Catalog.PutAsync(Entry(BatchPhase.Running, 5), Token),
        "an older one" => Catalog.PutAsync(Entry(BatchPhase.Pending, 4), Token),
        _ => Catalog.RemoveAsync(Entry(BatchPhase.Pending, 4), Token),
    };

    /// <summary>Asks what does not wait for writes, for half a second: time enough for a confirmation that comes too early.</summary>
    private async Task AnswersAsync(Task confirmation)
    {
        using PeriodicTimer pause = new(TimeSpan.FromMilliseconds(20), TimeProvider.System);
        for (int times = 0; times < 25 && !confirmation.IsCompleted; times++)
        {
            await Catalog.GetUnfinishedAsync(Token);
            await pause.WaitForNextTickAsync(Token);
        }
    }

    /// <summary>An activation that has ended still answers for a moment.</summary>
    private static async Task AskUntilAnsweredAsync(Func<Task> ask)
    {
        using PeriodicTimer pause = new(TimeSpan.FromMilliseconds(20), TimeProvider.System);
        long started = TimeProvider.System.GetTimestamp();
        while (true)
        {
            try
            {
                await ask();
                return;
            }
            catch (Exception) when (TimeProvider.System.GetElapsedTime(started) < TimeSpan.FromSeconds(30))
            {
                await pause.WaitForNextTickAsync(Token);
            }
        }
    }

    private Task<CatalogShard?> StoredAsync() => StoredAsync(_cluster.Held!);

    private Task<CatalogShard?> StoredAsync(string shard) =>
        new Row<CatalogShard>(_cluster.StorageOf(_cluster.Cluster.Silos[0].ServiceProvider), Rows, "catalog", shard).ReadAsync();

    private static BatchEntry Entry(BatchPhase phase, long version, string id = "held") => new()
    {
        Status = new() { Id = id, Phase = phase, Total = 1, Pending = 1, CreatedAt = new(2026, 11, 22, 12, 0, 0, TimeSpan.Zero) },
        Version = version,
        Owner = SiloAddress.New(System.Net.IPAddress.Loopback, 1, 1).ToParsableString(),
    };

    /// <summary>A write that waits until a test says how it ends.</summary>
    private sealed class Hold
    {
        private readonly TaskCompletionSource _reached = new(TaskCreationOptions.RunContinuationsAsynchronously);
        private readonly TaskCompletionSource _end = new(TaskCreationOptions.RunContinuationsAsynchronously);

        internal Task ReachedAsync() => _reached.Task.WaitAsync(TimeSpan.FromSeconds(30), TimeProvider.System);

        internal void LetGo() => _end.SetResult();

        internal void Fail(Exception failure) => _end.SetException(failure);

        internal Task WaitAsync()
        {
            _reached.SetResult();
            return _end.Task;
        }
    }

    /// <summary>A silo on storage that outlives it, in which a write of the catalog can be held up and a shard made unreadable.</summary>
    private sealed class HeldCluster : DurableCluster
    {
        private Hold? _next;

        protected override short Silos => 1;

        /// <summary>The shard whose write was held up.</summary>
        internal string? Held { get; private set; }

        internal volatile string? Unreadable;

        internal Hold HoldNextWrite() => _next = new();

        internal IGrainStorage StorageOf(IServiceProvider services) =>
            Storage.For(ActivatorUtilities.CreateInstance<OrleansGrainStorageSerializer>(services));

        protected override void AddStorage(ISiloBuilder silo) =>
            silo.Services.AddGrainStorage(SiloStorage.ProviderName, (services, _) => new HeldStorage(this, StorageOf(services)));

        private sealed class HeldStorage(HeldCluster cluster, IGrainStorage storage) : IGrainStorage
        {
            public async Task ReadStateAsync<T>(string stateName, GrainId grainId, IGrainState<T> grainState)
            {
                if (stateName == Rows && cluster.Unreadable is { } shard && Shard(grainId) == shard)
                {
                    throw new IOException("The test makes this shard unreadable.");
                }

                await storage.ReadStateAsync(stateName, grainId, grainState);
            }

            public async Task WriteStateAsync<T>(string stateName, GrainId grainId, IGrainState<T> grainState)
            {
                if (stateName == Rows && Interlocked.Exchange(ref cluster._next, null) is { } hold)
                {
                    cluster.Held = Shard(grainId);
                    await hold.WaitAsync();
                }

                await storage.WriteStateAsync(stateName, grainId, grainState);
            }

            public Task ClearStateAsync<T>(string stateName, GrainId grainId, IGrainState<T> grainState) =>
                storage.ClearStateAsync(stateName, grainId, grainState);

            private static string Shard(GrainId grainId) => grainId.Key.ToString()!.Split('/')[^1];
        }
    }
}
