namespace Cano;

/// <summary>A partition's way to its instances, which are placed on its own silo.</summary>
internal sealed class InstanceCalls(World world, Silo silo) : IInstances
{
    public Task<InstanceReply> RunAsync(string batchId, InstanceRun run) =>
        CallAsync<InstanceReply>($"run {run.Instance.Id}", answer => world.Instances.Run(silo, run.Instance.Id, answer));

    public Task CancelAsync(string batchId, string? incarnation, string instanceId) =>
        CallAsync<bool>($"cancel {instanceId}", answer =>
        {
            world.Instances.Cancel(instanceId);
            answer(true);
        });

    public void StopHere(string batchId, string? incarnation)
    {
    }

    public Task ForgetAsync(string batchId, string? incarnation, string instanceId) => CallAsync<bool>($"forget {instanceId}", answer => answer(true));

    private Task<T> CallAsync<T>(string what, Action<Action<T>> deliver)
    {
        TaskCompletionSource<T> answer = new(TaskCreationOptions.RunContinuationsAsynchronously);
        ITimer timeout = world.Scheduler.Time.CreateTimer(_ => answer.TrySetException(new TimeoutException(what)), null, Network.CallTimeout, Timeout.InfiniteTimeSpan);
        int fault = world.Faults.Pick(2);
        if (fault != 1)
        {
            world.Scheduler.Add(what, () => deliver(result =>
            {
                if (fault != 2)
                {
                    world.Scheduler.Add(world.Scheduler.Trace is null ? "" : $"answer to {what}: {result}", () =>
                    {
                        timeout.Dispose();
                        answer.TrySetResult(result);
                    });
                }
            }));
        }

        return answer.Task;
    }
}
