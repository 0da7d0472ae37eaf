using Orleans;
using Orleans.Placement;

namespace Cano.LoadTests;

/// <summary>One of the eight callers of the floor: awaits fresh grains within a window.</summary>
internal interface IFloorCallerGrain : IGrainWithStringKey
{
    /// <summary>Calls so many grains that never were called before.</summary>
    /// <param name="prefix">What the keys of the grains begin with.</param>
    /// <param name="count">How many.</param>
    /// <param name="window">How many calls are under way at once.</param>
    [ResponseTimeout("00:10:00")]
    Task CallAsync(string prefix, int count, int window);
}

/// <summary>A grain that does nothing, stores nothing, and goes away at once.</summary>
internal interface IFloorGrain : IGrainWithStringKey
{
    Task DoNothingAsync();
}

internal sealed class FloorCallerGrain : Grain, IFloorCallerGrain
{
    public async Task CallAsync(string prefix, int count, int window)
    {
        int next = 0;
        async Task CallSomeAsync()
        {
            while (next < count)
            {
                int index = next++;
                await GrainFactory.GetGrain<IFloorGrain>(string.Create(System.Globalization.CultureInfo.InvariantCulture, $"{prefix}/{index}")).DoNothingAsync();
            }
        }

        await Task.WhenAll(Enumerable.Range(0, Math.Min(window, count)).Select(_ => CallSomeAsync()));
    }
}

[PreferLocalPlacement]
internal sealed class FloorGrain : Grain, IFloorGrain
{
    public Task DoNothingAsync()
    {
        DeactivateOnIdle();
        return Task.CompletedTask;
    }
}
