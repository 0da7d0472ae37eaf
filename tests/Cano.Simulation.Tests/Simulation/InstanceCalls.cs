namespace Cano;

/// <summary>A partition's way to its instances, which are placed on its own silo.</summary>
internal sealed class InstanceCalls(World world, Silo silo) : IInstances
{
    public Task<InstanceReply> RunAsync(string batchId, InstanceRun run) =>
        CallAsync<InstanceReply>($"run {run.Instance.Id}", answer => world.Instances.Run(silo, run, answer));

    /// <summary>In some schedules, only once a silo has come that has the workflow.</summary>
    public bool CanRun(string workflow) => SilosVersion > 0;

    public bool CanRunHere(string workflow) => true;

    public long SilosVersion => world.IsPlaceable ? 1 : 0;

    public async Task WhenSilosChangeAsync(long seen, CancellationToken cancellationToken)
    {
        while (SilosVersion == seen)
        {
            await Task.Delay(TimeSpan.FromSeconds(5), world.Scheduler.Time, cancellationToken);
        }
    }

    public void StopHere(string batchId, string? incarnation) => world.Instances.Stop(silo, incarnation);

    /// <summary>Asks each silo again until it has answered, or is gone.</summary>
    public async Task StopEverywhereAsync(string batchId, string? incarnation)
    {
        if (world.Breach == Breach.StopNotTold)
        {
            return;
        }

        foreach (Silo other in world.Directory.Silos)
        {
            for (bool answered = false; !answered && world.Directory.Silos.Contains(other);)
            {
                try
                {
                    answered = await CallAsync<bool>($"stop on silo {other.Number}", answer =>
                    {
                        if (world.Directory.Silos.Contains(other))
                        {
                            world.Instances.Stop(other, incarnation);
                            answer(true);
                        }
                    });
                }
                catch (TimeoutException)
                {
                    world.Scheduler.Note($"  silo {other.Number} did not answer");
                }
            }
        }
    }

    public Task ForgetAsync(string batchId, string? incarnation, string instanceId) =>
        CallAsync<bool>($"forget {instanceId}", answer => world.Instances.Forget(incarnation, instanceId, answer));

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
