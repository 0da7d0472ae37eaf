using Microsoft.Extensions.DependencyInjection;
using Orleans.Serialization;
using Orleans.Storage;

namespace Cano;

/// <summary>
/// Storage in memory, as <see cref="SurvivingStorage"/> is, in which tests hold a write or let it fail though it was made.
/// </summary>
internal sealed class WatchedStorage : IGrainStorage, IDisposable
{
    private readonly ServiceProvider _services;
    private readonly IGrainStorage _rows;

    internal WatchedStorage()
    {
        _services = new ServiceCollection().AddSerializer().BuildServiceProvider();
        _rows = Surviving.For(ActivatorUtilities.CreateInstance<OrleansGrainStorageSerializer>(_services));
    }

    internal SurvivingStorage Surviving { get; } = new();

    internal IEnumerable<string> Rows => Surviving.Rows;

    /// <summary>Awaited before each write, with the state's name.</summary>
    internal Func<string, Task> Writing { get; set; } = _ => Task.CompletedTask;

    /// <summary>Awaited after each write, with the state's name.</summary>
    internal Func<string, Task> Wrote { get; set; } = _ => Task.CompletedTask;

    public Task ReadStateAsync<T>(string stateName, GrainId grainId, IGrainState<T> grainState) => _rows.ReadStateAsync(stateName, grainId, grainState);

    public async Task WriteStateAsync<T>(string stateName, GrainId grainId, IGrainState<T> grainState)
    {
        await Writing(stateName);
        await _rows.WriteStateAsync(stateName, grainId, grainState);
        await Wrote(stateName);
    }

    public Task ClearStateAsync<T>(string stateName, GrainId grainId, IGrainState<T> grainState) => _rows.ClearStateAsync(stateName, grainId, grainState);

    public void Dispose() => _services.Dispose();
}

/// <summary>A place in a test where one operation waits until the test lets it go.</summary>
internal sealed class Hold
{
    private readonly TaskCompletionSource _reached = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly TaskCompletionSource _letGo = new(TaskCreationOptions.RunContinuationsAsynchronously);

    internal Task WaitAsync()
    {
        _reached.TrySetResult();
        return _letGo.Task;
    }

    internal Task ReachedAsync() => _reached.Task.WaitAsync(TimeSpan.FromSeconds(60), TimeProvider.System);

    internal void LetGo() => _letGo.TrySetResult();
}
