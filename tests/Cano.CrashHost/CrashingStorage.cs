using System.Collections.Concurrent;
using Orleans.Storage;

namespace Cano.CrashHost;

/// <summary>Grain storage that kills its own process, the hard way, immediately before or after one of its writes.</summary>
internal sealed class CrashingStorage(IGrainStorage storage, CrashPoint point) : IGrainStorage, ILifecycleParticipant<ISiloLifecycle>
{
    private readonly ConcurrentDictionary<string, int> _writes = new(StringComparer.Ordinal);
    private readonly ConcurrentDictionary<(string State, GrainId Grain), int> _results = new();

    public void Participate(ISiloLifecycle observer) => (storage as ILifecycleParticipant<ISiloLifecycle>)?.Participate(observer);

    public Task ReadStateAsync<T>(string stateName, GrainId grainId, IGrainState<T> grainState) => storage.ReadStateAsync(stateName, grainId, grainState);

    public async Task ClearStateAsync<T>(string stateName, GrainId grainId, IGrainState<T> grainState)
    {
        string kind = $"clear:{KindOf(stateName)}";
        int clears = _writes.AddOrUpdate(kind, 1, (_, count) => count + 1);
        DieAt(before: true, kind, clears, results: 0);
        await storage.ClearStateAsync(stateName, grainId, grainState);
        DieAt(before: false, kind, clears, results: 0);
    }

    public async Task WriteStateAsync<T>(string stateName, GrainId grainId, IGrainState<T> grainState)
    {
        int writes = _writes.AddOrUpdate(KindOf(stateName), 1, (_, count) => count + 1);
        Segment? segment = grainState.State as Segment ?? (grainState.State as BatchState)?.HostedResults;
        if (segment is not null)
        {
            _results[(stateName, grainId)] = segment.Results.Length;
        }

        int? results = segment is null ? null : _results.Values.Sum();
        DieAt(before: true, stateName, writes, results);
        await storage.WriteStateAsync(stateName, grainId, grainState);
        DieAt(before: false, stateName, writes, results);
    }

    private static string KindOf(string stateName) => stateName.StartsWith("cano.segment", StringComparison.Ordinal) ? "cano.segment" : stateName;

    private void DieAt(bool before, string stateName, int writes, int? results)
    {
        if (point.Is(before, stateName, writes, results))
        {
            using System.Diagnostics.Process self = System.Diagnostics.Process.GetCurrentProcess();
            self.Kill();
            // Nothing of this process goes on, not even for the moment until the signal is there.
            Thread.CurrentThread.Join();
        }
    }
}
