using Cano.TestDatabase;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Time.Testing;
using Orleans;
using Orleans.Runtime;
using Orleans.Storage;

namespace Cano.Tests.Postgres;

/// <summary>A database that is too slow for a while, below a real silo with real batches.</summary>
public sealed class OverloadTests(SharedPostgres postgres)
{
    private const int Instances = 1_500;

    private static readonly TimeSpan s_patience = TimeSpan.FromSeconds(120);

    private static readonly WorkflowKey<HeldState, HeldParams> s_key = new("test.held");

    private readonly TaskCompletionSource _letGo = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly FakeTimeProvider _clock = new();
    private readonly Refusals _refusals = new();

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    /// <summary>
    /// Operations that take 30 s fill the lane while results are to be written. Each write waits in vain for its turn, and again: their
    /// activations ended then, and read everything again.
    /// </summary>
    [Fact]
    public async Task Writes_WaitInVainForTheirTurn_NoActivationEndsAndAllResultsAreThere()
    {
        await using EmbeddedCano cano = await StartAsync();
        ConcurrentWorkflowRun<HeldState> small = await Batch("small", 3).StartAsync(cano.Client, cancellationToken: Token);
        ConcurrentWorkflowRun<HeldState> large = await Batch("large", Instances).StartAsync(cano.Client, cancellationToken: Token);
        BatchView view = await cano.Client.GetGrain<IBatchGrain>("large").WatchAsync(-1);
        Assert.Equal(2, view.Sizes.Length);
        await using LaneOverload overload = await LaneOverload.BeginAsync(
            cano.Services.GetRequiredService<PostgresLane>(), cano.Services.GetRequiredService<PostgresDatabase>());

        _letGo.SetResult();
        string[] rows =
        [
            "batch/small",
            .. Enumerable.Range(0, 2).Select(index => $"partition/{PartitionSpec.Key("large", view.Digest, index)}"),
        ];
        foreach (string row in rows)
        {
            await RefusedAsync(row, times: 2);
        }

        await overload.EndAsync();
        ConcurrentWorkflowResults<HeldState> smallResults = await small.WaitAsync(Token).WaitAsync(s_patience, TimeProvider.System, Token);
        ConcurrentWorkflowResults<HeldState> largeResults = await large.WaitAsync(Token).WaitAsync(s_patience, TimeProvider.System, Token);

        Assert.Equal((3, Instances), (smallResults.Completed, largeResults.Completed));
        IGrainStorage storage = cano.Services.GetRequiredKeyedService<IGrainStorage>(SiloStorage.ProviderName);
        Assert.Equal(1, (await new Row<BatchState>(storage, "cano.batch", "batch", "small").ReadAsync())!.Epoch);
        Assert.Equal(1, (await new Row<BatchState>(storage, "cano.batch", "batch", "large").ReadAsync())!.Epoch);
        for (int index = 0; index < 2; index++)
        {
            Segment last = (await PartitionRows.At(storage, PartitionSpec.Key("large", view.Digest, index), 0).ReadAsync())!;
            Assert.Equal(1, last.Fence);
        }
    }

    private async Task<EmbeddedCano> StartAsync()
    {
        CanoHostOptions options = new();
        options.Settings["Cano:Storage:Provider"] = "postgres";
        options.Settings["ConnectionStrings:Cano"] = $"{await (await postgres.GetAsync()).CreateDatabaseAsync()};Maximum Pool Size=5";
        options.Settings["Cano:MaxRunningInstances"] = "5000";
        return await CanoHost.StartEmbeddedAsync(
            options,
            cano =>
            {
                cano.AddWorkflow(s_key, workflow => workflow
                    .Start(HeldState.Start)
                    .RegisterNode(HeldState.Start, async (_, cancellationToken) =>
                    {
                        await _letGo.Task.WaitAsync(cancellationToken);
                        return HeldState.Done;
                    })
                    .AddExitStates(HeldState.Done));
                cano.Services.AddSingleton(services => new PostgresLane(
                    services.GetRequiredService<PostgresDatabase>(),
                    services.GetRequiredService<PostgresStart>(),
                    services.GetRequiredService<StorageMetrics>(),
                    _clock));
                ServiceDescriptor storage = cano.Services.Last(service =>
                    service.IsKeyedService
                    && service.ServiceType == typeof(IGrainStorage)
                    && Equals(service.ServiceKey, SiloStorage.ProviderName));
                cano.Services.Remove(storage);
                cano.Services.AddKeyedSingleton<IGrainStorage>(
                    SiloStorage.ProviderName,
                    (services, key) => new WatchedStorage((IGrainStorage)storage.KeyedImplementationFactory!(services, key), _refusals));
            },
            Token);
    }

    /// <summary>Instances that end when the test lets them, all at about the same time.</summary>
    private static ConcurrentWorkflow<HeldState> Batch(string id, int instances) =>
        new ConcurrentWorkflowBuilder<HeldState>(new ConcurrentTimeout.WaitForever())
            .AddInstances(Enumerable.Range(0, instances).Select(
                number => new ConcurrentWorkflowInstance<HeldState, HeldParams>($"i{number}", s_key, new())))
            .WithId(id)
            .Build();

    /// <summary>Lets time pass in the lane until a row's write has waited in vain so many times.</summary>
    private async Task RefusedAsync(string row, int times)
    {
        using PeriodicTimer pause = new(TimeSpan.FromMilliseconds(100), TimeProvider.System);
        long started = TimeProvider.System.GetTimestamp();
        while (_refusals.Of(row) < times)
        {
            Assert.True(
                TimeProvider.System.GetElapsedTime(started) < s_patience,
                $"Within {s_patience} the write of {row} has waited in vain {_refusals.Of(row)} times; seen: {_refusals}.");
            _clock.Advance(TimeSpan.FromSeconds(3));
            await pause.WaitForNextTickAsync(Token);
        }
    }

    public enum HeldState
    {
        Start,
        Done,
    }

    public sealed record HeldParams;

    /// <summary>Counts the writes that were never attempted, by the row's key.</summary>
    private sealed class Refusals
    {
        private readonly System.Collections.Concurrent.ConcurrentDictionary<string, int> _counts = new(StringComparer.Ordinal);

        internal int Of(string row) => _counts.GetValueOrDefault(row);

        internal void Count(GrainId grainId) => _counts.AddOrUpdate(grainId.Key.ToString()!, 1, (_, count) => count + 1);

        public override string ToString() => string.Join(", ", _counts.Select(one => $"{one.Key}: {one.Value}"));
    }

    private sealed class WatchedStorage(IGrainStorage storage, Refusals refusals) : IGrainStorage, ILifecycleParticipant<ISiloLifecycle>
    {
        public void Participate(ISiloLifecycle observer) => (storage as ILifecycleParticipant<ISiloLifecycle>)?.Participate(observer);

        public Task ReadStateAsync<T>(string stateName, GrainId grainId, IGrainState<T> grainState) =>
            storage.ReadStateAsync(stateName, grainId, grainState);

        public Task ClearStateAsync<T>(string stateName, GrainId grainId, IGrainState<T> grainState) =>
            storage.ClearStateAsync(stateName, grainId, grainState);

        public async Task WriteStateAsync<T>(string stateName, GrainId grainId, IGrainState<T> grainState)
        {
            try
            {
                await storage.WriteStateAsync(stateName, grainId, grainState);
            }
            catch (StorageException exception) when (exception.Code == ErrorCodes.StorageUnavailable)
            {
                refusals.Count(grainId);
                throw;
            }
        }
    }
}
