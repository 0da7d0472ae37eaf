namespace Cano;

/// <summary>
/// The updates (<see cref="ISharedStore.UpdateAsync"/>) of shared stores that the instances of this silo make. Those of one value go
/// together: one read, each function in turn, one write. So instances of a silo never spoil each other's updates, however many there are;
/// between silos, the one whose write came too late begins again after a pause. Safe for concurrent use.
/// </summary>
/// <param name="scheduler">Where the functions run: they are users' code and may block.</param>
/// <param name="clock">Times the pauses.</param>
internal sealed class SharedUpdates(NodeScheduler scheduler, TimeProvider clock)
{
    /// <summary>Before updates are tried again that another silo, or another change, was ahead of.</summary>
    private static readonly RetryBackoff s_backoff = new(TimeSpan.FromMilliseconds(10), TimeSpan.FromSeconds(1));

    private readonly Lock _gate = new();
    private readonly Dictionary<(string Store, string Key), List<SharedUpdate>> _waiting = [];

    /// <summary>How many values are being updated.</summary>
    internal int Values
    {
        get
        {
            lock (_gate)
            {
                return _waiting.Count;
            }
        }
    }

    /// <summary>Makes an update.</summary>
    /// <param name="grain">The store.</param>
    /// <param name="store">Its key.</param>
    /// <param name="key">The value's name.</param>
    /// <param name="update">The update.</param>
    /// <param name="cancellationToken">Ends the waiting.</param>
    /// <returns>Completes when it is durable.</returns>
    internal Task MakeAsync(ISharedStoreGrain grain, string store, string key, SharedUpdate update, CancellationToken cancellationToken)
    {
        bool isFirst;
        lock (_gate)
        {
            isFirst = _waiting.TryAdd((store, key), []);
            _waiting[(store, key)].Add(update);
        }

        if (isFirst)
        {
            _ = scheduler.RunAsync(() => MakeAllAsync(grain, (store, key)));
        }

        return update.Made.WaitAsync(cancellationToken);
    }

    /// <summary>Goes on until no update of the value waits. Never throws: what goes wrong is the answer of those it concerns.</summary>
    /// <returns>How many reads and writes there were.</returns>
    private async Task<int> MakeAllAsync(ISharedStoreGrain grain, (string Store, string Key) value)
    {
        GroupPace pace = new();
        List<SharedUpdate> late = [];
        int rounds = 0;
        for (int conflicts = 0; ; conflicts = late.Count == 0 ? 0 : conflicts + 1, rounds++)
        {
            if (late.Count > 0)
            {
                await Task.Delay(s_backoff.PauseBefore(conflicts - 1), clock);
            }

            await pace.GatherAsync(() => Count(value), clock);
            if (!TryTake(value, late, out List<SharedUpdate> group))
            {
                return rounds;
            }

            late = await TryMakeAsync(grain, value.Key, group) ? [] : group;
        }
    }

    /// <summary>Makes updates, as one change.</summary>
    /// <returns>False: the value was changed meanwhile, and they are to be made again.</returns>
    private static async Task<bool> TryMakeAsync(ISharedStoreGrain grain, string key, List<SharedUpdate> group)
    {
        List<SharedUpdate> computed = [];
        try
        {
            SharedValue? held = await grain.GetAsync(key);
            byte[]? json = held?.Json;
            foreach (SharedUpdate update in group)
            {
                if (update.Compute(json) is { } next)
                {
                    json = next;
                    computed.Add(update);
                }
            }

            if (computed.Count > 0 && !await grain.PutAsync(key, json, held?.Version ?? 0))
            {
                return false;
            }
        }
        catch (Exception exception)
        {
            group.ForEach(update => update.Fail(exception));
            return true;
        }

        computed.ForEach(update => update.Complete());
        return true;
    }

    private int Count((string Store, string Key) value)
    {
        lock (_gate)
        {
            return _waiting[value].Count;
        }
    }

    /// <summary>Takes those that are to be made again, and after them those that wait. Without any the value is left.</summary>
    private bool TryTake((string Store, string Key) value, List<SharedUpdate> late, out List<SharedUpdate> group)
    {
        lock (_gate)
        {
            List<SharedUpdate> waiting = _waiting[value];
            group = [.. late.Where(update => !update.Made.IsCompleted), .. waiting];
            waiting.Clear();
            if (group.Count == 0)
            {
                _waiting.Remove(value);
            }

            return group.Count > 0;
        }
    }
}
