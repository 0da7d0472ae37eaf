namespace Cano;

/// <summary>The list of batches, as <see cref="IBatchCatalog"/> says it is kept; each call may fail.</summary>
internal sealed class SimulatedCatalog(World world) : IBatchCatalog
{
    public Task PutAsync(BatchEntry entry, CancellationToken cancellationToken = default) => ChangeAsync("catalog", entries =>
    {
        BatchEntry? present = entries.GetValueOrDefault(entry.Digest);
        if (present is null || present.Status.CreatedAt != entry.Status.CreatedAt || present.Version < entry.Version
            || (present.Version == entry.Version && present.Owner == entry.Owner))
        {
            entries[entry.Digest] = entry;
        }
    });

    public Task RemoveAsync(BatchEntry entry, CancellationToken cancellationToken = default) => ChangeAsync("removal from the catalog", entries =>
    {
        if (entries.GetValueOrDefault(entry.Digest) is { } present && (present.Status.CreatedAt, present.Version) == (entry.Status.CreatedAt, entry.Version))
        {
            entries.Remove(entry.Digest);
        }
    });

    public Task<IReadOnlyList<BatchEntry>> GetUnfinishedAsync(CancellationToken cancellationToken = default) =>
        Task.FromResult<IReadOnlyList<BatchEntry>>([.. world.Entries.Values.Where(entry => entry.IsUnfinished)]);

    public Task<IReadOnlyList<BatchEntry>> GetUnfinishedAsync(
        IReadOnlyCollection<string> exceptOwners, Predicate<string> isDriven, CancellationToken cancellationToken = default) => throw new NotSupportedException();

    private Task ChangeAsync(string what, Action<Dictionary<string, BatchEntry>> change)
    {
        TaskCompletionSource answer = new(TaskCreationOptions.RunContinuationsAsynchronously);
        int fault = world.Faults.Pick(2);
        world.Scheduler.Add(what, () =>
        {
            if (fault != 1)
            {
                change(world.Entries);
            }

            if (fault == 0)
            {
                answer.SetResult();
            }
            else
            {
                answer.SetException(new IOException("The catalog failed."));
            }
        });
        return answer.Task;
    }
}
