namespace Cano.LoadTests;

/// <summary>The call that an order makes.</summary>
internal enum SharedCall
{
    None,
    Append,
    Put,
    Increment,
    Update,
    AddToSet,
}

/// <summary>An order: half a second of waiting, with one call of the shared store in the middle, as its params say.</summary>
internal static class SharedOrders
{
    internal static readonly WorkflowKey<NoOpState, int> Key = new("load.shared");

    /// <summary>Waits so many milliseconds and appends 450 bytes.</summary>
    internal static readonly WorkflowKey<NoOpState, int> Trickle = new("load.shared-trickle");

    private static readonly string s_item = new('x', 450);

    private static readonly TimeSpan s_half = TimeSpan.FromMilliseconds(250);

    private static long s_attempts;

    /// <summary>How often the function given to <c>UpdateAsync</c> was called.</summary>
    internal static long Attempts => Interlocked.Read(ref s_attempts);

    internal static void Define(WorkflowBuilder<NoOpState, int> workflow) => workflow
        .Start(NoOpState.Start)
        .RegisterNode(
            NoOpState.Start,
            static async (context, cancellationToken) =>
            {
                await Task.Delay(s_half, TimeProvider.System, cancellationToken);
                await CallAsync(context.SharedStore, (SharedCall)context.Params, context.InstanceId);
                await Task.Delay(s_half, TimeProvider.System, cancellationToken);
                return NoOpState.Done;
            },
            NodeConfig.Minimal)
        .AddExitStates(NoOpState.Done);

    internal static void DefineTrickle(WorkflowBuilder<NoOpState, int> workflow) => workflow
        .Start(NoOpState.Start)
        .RegisterNode(
            NoOpState.Start,
            static async (context, cancellationToken) =>
            {
                await Task.Delay(TimeSpan.FromMilliseconds(context.Params), TimeProvider.System, cancellationToken);
                await context.SharedStore.AppendAsync("items", s_item, cancellationToken);
                return NoOpState.Done;
            },
            NodeConfig.Minimal)
        .AddExitStates(NoOpState.Done);

    private static async Task CallAsync(ISharedStore store, SharedCall call, string instanceId)
    {
        switch (call)
        {
            case SharedCall.Append:
                await store.AppendAsync("orders", instanceId);
                break;
            case SharedCall.Put:
                await store.PutAsync(instanceId, "priced");
                break;
            case SharedCall.Increment:
                await store.IncrementAsync("count");
                break;
            case SharedCall.AddToSet:
                await store.AddToSetAsync("ids", instanceId);
                break;
            case SharedCall.Update:
                await store.UpdateAsync<int>("count", count =>
                {
                    Interlocked.Increment(ref s_attempts);
                    return count + 1;
                });
                break;
        }
    }
}
