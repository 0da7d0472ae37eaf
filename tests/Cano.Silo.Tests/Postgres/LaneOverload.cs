namespace Cano.Tests.Postgres;

/// <summary>Operations that fill a lane until a test ends them.</summary>
internal sealed class LaneOverload : IAsyncDisposable
{
    private readonly TaskCompletionSource _end = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private Task _work = Task.CompletedTask;

    internal static async Task<LaneOverload> BeginAsync(PostgresLane lane, PostgresDatabase database)
    {
        LaneOverload overload = new();
        int width = database.Connections - PostgresLane.Reserved;
        TaskCompletionSource full = new(TaskCreationOptions.RunContinuationsAsynchronously);
        overload._work = Task.WhenAll(Enumerable.Range(0, width).Select(_ => lane.RunAsync(writes: false, () =>
        {
            if (Interlocked.Decrement(ref width) == 0)
            {
                full.SetResult();
            }

            return overload._end.Task;
        })));
        await full.Task.WaitAsync(TimeSpan.FromSeconds(60), TimeProvider.System);
        return overload;
    }

    internal Task EndAsync()
    {
        _end.TrySetResult();
        return _work;
    }

    public async ValueTask DisposeAsync() => await EndAsync();
}
