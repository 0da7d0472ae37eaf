namespace Cano;

/// <summary>The list of batches; each update is a call that may fail.</summary>
internal sealed class SimulatedCatalog(World world) : IBatchCatalog
{
    public Task PutAsync(BatchEntry entry, CancellationToken cancellationToken = default)
    {
        TaskCompletionSource answer = new(TaskCreationOptions.RunContinuationsAsynchronously);
        bool fails = world.Faults.Strikes();
        world.Scheduler.Add("catalog", () =>
        {
            if (fails)
            {
                answer.SetException(new IOException("The catalog failed."));
                return;
            }

            if (world.Entry is null || entry.Version > world.Entry.Version)
            {
                world.Entry = entry;
            }

            answer.SetResult();
        });
        return answer.Task;
    }

    public Task<IReadOnlyList<BatchEntry>> GetUnfinishedAsync(CancellationToken cancellationToken = default) => throw new NotSupportedException();

    public Task<IReadOnlyList<BatchEntry>> GetUnfinishedAsync(
        IReadOnlyCollection<string> exceptOwners, Predicate<string> isDriven, CancellationToken cancellationToken = default) => throw new NotSupportedException();

    public Task<IReadOnlyList<BatchEntry>> GetExpiredAsync(DateTimeOffset before, int limit, CancellationToken cancellationToken = default) => throw new NotSupportedException();

    public Task RemoveAsync(BatchEntry entry, CancellationToken cancellationToken = default) => throw new NotSupportedException();
}
