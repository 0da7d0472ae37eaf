using System.Collections.Concurrent;
using Microsoft.Extensions.DependencyInjection;
using Orleans.Runtime;
using Orleans.Storage;

namespace Cano.CrashHost;

/// <summary>Grain storage some of whose writes go wrong: see <see cref="FaultPoint"/>.</summary>
internal sealed class FaultyStorage(IGrainStorage storage, FaultPoint[] points) : IGrainStorage, ILifecycleParticipant<ISiloLifecycle>
{
    private readonly ConcurrentDictionary<(string Batch, string Row), int> _writes = new();
    private readonly ConcurrentDictionary<(string Batch, string State), int> _results = new();

    /// <summary>Puts itself around the grain storage that the host has set up, if the environment asks for faults.</summary>
    internal static void AddTo(IServiceCollection services)
    {
        FaultPoint[] points = FaultPoint.FromEnvironment();
        if (points.Length == 0)
        {
            return;
        }

        ServiceDescriptor storage = services.Last(service =>
            service.IsKeyedService && service.ServiceType == typeof(IGrainStorage) && Equals(service.ServiceKey, SiloStorage.ProviderName));
        services.Remove(storage);
        services.AddKeyedSingleton<IGrainStorage>(
            SiloStorage.ProviderName,
            (provider, key) => new FaultyStorage((IGrainStorage)storage.KeyedImplementationFactory!(provider, key), points));
    }

    public void Participate(ISiloLifecycle observer) => (storage as ILifecycleParticipant<ISiloLifecycle>)?.Participate(observer);

    public Task ReadStateAsync<T>(string stateName, GrainId grainId, IGrainState<T> grainState) => storage.ReadStateAsync(stateName, grainId, grainState);

    public Task ClearStateAsync<T>(string stateName, GrainId grainId, IGrainState<T> grainState) => storage.ClearStateAsync(stateName, grainId, grainState);

    public async Task WriteStateAsync<T>(string stateName, GrainId grainId, IGrainState<T> grainState)
    {
        Fault? fault = Next(stateName, grainId, grainState.State);
        switch (fault)
        {
            case Fault.KillBefore:
                Die();
                break;
            case Fault.TimesOut:
                throw new TimeoutException("The test lets this write time out.");
            case Fault.Refused:
                throw new InconsistentStateException("The test refuses this write.");
            default:
                break;
        }

        await storage.WriteStateAsync(stateName, grainId, grainState);
        switch (fault)
        {
            case Fault.KillAfter:
                Die();
                break;
            case Fault.LostReply:
                throw new TimeoutException("The test loses the reply to this write.");
            default:
                break;
        }
    }

    private static void Die()
    {
        using System.Diagnostics.Process self = System.Diagnostics.Process.GetCurrentProcess();
        self.Kill();
        // Nothing of this process goes on, not even for the moment until the signal is there.
        Thread.CurrentThread.Join();
    }

    /// <summary>The fault that this write meets; null: none.</summary>
    private Fault? Next(string stateName, GrainId grainId, object? state)
    {
        // The key is KIND/BATCH, for an instance or a partition with more after it.
        string batch = grainId.Key.ToString()!.Split('/') is [_, var id, ..] ? id : "";
        if (Array.Find(points, one => one.Batch == batch) is not { } point)
        {
            return null;
        }

        string row = stateName.StartsWith("cano.segment", StringComparison.Ordinal) ? "cano.segment" : stateName;
        int writes = _writes.AddOrUpdate((batch, row), 1, (_, count) => count + 1);
        Segment? segment = state as Segment ?? (state as BatchState)?.HostedResults;
        if (segment is not null)
        {
            _results[(batch, $"{grainId} {stateName}")] = segment.Results.Length;
        }

        int? results = segment is null ? null : _results.Where(one => one.Key.Batch == batch).Sum(one => one.Value);
        return point.Is(row, writes, results) && point.TryTake() ? point.How : null;
    }
}
