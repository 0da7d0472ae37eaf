using Orleans;
using Orleans.Runtime;
using Orleans.Storage;

namespace Cano.Tests.Storage;

/// <summary>A real storage whose operations fail before they are begun, for as long as a test says so.</summary>
internal sealed class RefusingStorage(IGrainStorage storage) : IGrainStorage
{
    /// <summary>What an operation is refused with; null: it is carried out. Given how many were asked for before.</summary>
    internal Func<int, Exception?> Refusal { get; set; } = _ => null;

    /// <summary>How many operations were asked for.</summary>
    internal int Asked { get; private set; }

    public Task ReadStateAsync<T>(string stateName, GrainId grainId, IGrainState<T> grainState) =>
        AskAsync(() => storage.ReadStateAsync(stateName, grainId, grainState));

    public Task WriteStateAsync<T>(string stateName, GrainId grainId, IGrainState<T> grainState) =>
        AskAsync(() => storage.WriteStateAsync(stateName, grainId, grainState));

    public Task ClearStateAsync<T>(string stateName, GrainId grainId, IGrainState<T> grainState) =>
        AskAsync(() => storage.ClearStateAsync(stateName, grainId, grainState));

    private Task AskAsync(Func<Task> operation) => Refusal(Asked++) is { } refusal ? Task.FromException(refusal) : operation();
}
