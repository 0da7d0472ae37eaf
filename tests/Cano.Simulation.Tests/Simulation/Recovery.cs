namespace Cano;

/// <summary>What looks for batches that nobody drives, for removals and for starts that were broken off, as each silo's recovery does by the catalog.</summary>
internal sealed class Recovery(World world)
{
    private static readonly TimeSpan s_interval = TimeSpan.FromSeconds(3);

    private readonly SimulatedCatalog _catalog = new(world);
    private readonly Turns _turns = new(world.Scheduler, "recovery");
    private bool _looks;

    /// <summary>
    /// True while something is unfinished in the catalog. An activation that lived on beside its successor can enter a batch again that is gone, and nothing takes that away.
    /// </summary>
    internal bool HasWork => world.Entries.Values.Any(entry => entry.IsUnfinished
        && (entry.Digest == world.Scenario.Abandoned?.Header.Digest || !world.Faults.BatchDoubled || world.Watcher.LifeCount == 1));

    internal void Schedule() => world.Scheduler.After(s_interval, "recovery", () =>
    {
        if (!_looks)
        {
            _turns.Run(() => _ = LookAsync());
        }

        Schedule();
    });

    private async Task LookAsync()
    {
        _looks = true;
        if (world.Directory.Batch is not { IsDriving: true })
        {
            foreach (BatchEntry entry in await _catalog.GetUnfinishedAsync())
            {
                try
                {
                    await LookAfterAsync(entry);
                }
                catch (Exception exception)
                {
                    world.Scheduler.Note($"  recovery failed: {exception.Message}");
                }
            }
        }

        _looks = false;
    }

    private async Task LookAfterAsync(BatchEntry entry)
    {
        await AskAsync("resume", batch => entry.IsBeingPurged ? batch.PurgeAsync() : batch.ResumeAsync());
        bool isBrokenOff = entry.Status.StartedAt is null && world.Directory.RandomSilo().Clock.GetUtcNow() - entry.Status.CreatedAt > world.Scenario.StartTimeout;
        if (isBrokenOff && await AskAsync("clean up", batch => batch.CleanUpAsync(entry.Digest, entry.Partitions)))
        {
            await _catalog.RemoveAsync(entry);
        }
    }

    private Task<bool> AskAsync(string what, Func<Batch, Task<bool>> call) => world.Network.CallAsync(
        Scenario.BatchId, what, (one, _) => Clients.AnswerAsync((BatchActivation)one, call, isStart: false), exclusive: what != "resume", repeats: !world.Scenario.RemovesRows);
}
