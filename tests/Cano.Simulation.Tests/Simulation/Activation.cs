namespace Cano;

/// <summary>One activation of a batch or a partition, as its grain would hold it: loads first, answers then, one call at a time where calls do not interleave.</summary>
internal abstract class Activation
{
    private readonly World _world;
    private Task _last = Task.CompletedTask;

    protected Activation(World world, string key, Silo silo, string name)
    {
        _world = world;
        Key = key;
        Silo = silo;
        Turns = new(world.Scheduler, name);
    }

    internal string Key { get; }

    internal Silo Silo { get; }

    internal Turns Turns { get; }

    /// <summary>True once its rows are being removed: that it ends then is no loss.</summary>
    protected bool IsRemoved { get; set; }

    protected World World => _world;

    internal async Task<T> AnswerAsync<T>(Func<Activation, Task<T>> call, bool exclusive)
    {
        if (!exclusive)
        {
            return await call(this);
        }

        Task before = _last;
        TaskCompletionSource done = new(TaskCreationOptions.RunContinuationsAsynchronously);
        _last = done.Task;
        await before;
        try
        {
            return await call(this);
        }
        finally
        {
            done.SetResult();
        }
    }

    /// <summary>It is asked to go, as when its silo shuts down or its directory entry was lost.</summary>
    internal void Leave() => Turns.Run(LeaveNow);

    /// <summary>It is asked to go and has time to write what it has ready; the directory sends it messages until it has gone.</summary>
    internal void HandOver() => Turns.Run(() => _ = HandOverAsync());

    /// <summary>It goes as soon as the directory has let it go.</summary>
    internal void LeaveWhenIdle() => _world.Scheduler.Add($"{Turns.Name} leaves", () =>
    {
        _world.Directory.Remove(this);
        Leave();
    });

    protected abstract void LeaveNow();

    protected abstract Task HandOverAsync();

    /// <summary>It has ended by itself: the directory learns of it a little later.</summary>
    protected void HasEnded()
    {
        if (!IsRemoved)
        {
            _world.Faults.Lose(this);
        }

        _world.Scheduler.Note($"{Turns.Name} has ended");
        _world.Scheduler.Add($"{Turns.Name} is taken from the directory", () => _world.Directory.Remove(this));
    }
}

internal sealed class PartitionActivation : Activation
{
    internal PartitionActivation(World world, string key, Silo silo, string name)
        : base(world, key, silo, name)
    {
        Index = int.Parse(key.AsSpan(key.LastIndexOf('/') + 1));
        Partition = new(key, silo.Partitions) { Ended = HasEnded };
    }

    internal int Index { get; }

    internal Partition Partition { get; }

    /// <summary>What it was granted, added up: only where <see cref="Breach.Cumulative"/> is played.</summary>
    internal int Granted { get; set; }

    /// <summary>Its rows are about to be removed.</summary>
    internal Task LeaveForGoodAsync()
    {
        IsRemoved = true;
        return Partition.LeaveAsync();
    }

    protected override void LeaveNow() => Partition.Leave();

    protected override Task HandOverAsync() => Partition.LeaveAsync();
}

internal sealed class BatchActivation : Activation
{
    private ITimer? _timer;

    internal BatchActivation(World world, string key, Silo silo, string name)
        : base(world, key, silo, name)
    {
        BatchServices services = new(
            new PartitionCalls(world),
            silo.Partitions,
            new SimulatedCatalog(world),
            world.Rules,
            new PartCalls(world),
            $"silo {silo.Number}",
            silo.Clock,
            world.Scheduler.Time,
            Silo.UnheardMetrics,
            world.Logger,
            world.Scenario.Retention,
            world.NewIncarnation);
        Batch = new(key, new BatchRow(world.Storage.Grains, key, world.RowClock), services) { Ended = HasEnded, Driven = KeepTicking, Finished = StopTicking };
    }

    internal Batch Batch { get; }

    /// <summary>As the grain does once the batch is driven.</summary>
    private void KeepTicking()
    {
        if (Batch.IsUnfinished && Batch.Failure is null && !Turns.IsDead)
        {
            _timer ??= World.Scheduler.Time.CreateTimer(_ => World.Scheduler.Add($"{Turns.Name} ticks", Tick), null, NextTick(), Timeout.InfiniteTimeSpan);
        }
    }

    /// <summary>As recovery knows of its own silo: whether this activation looks after the batch, a start of it or its removal.</summary>
    internal bool IsDriving => Batch.Failure is null && (Batch.IsUnfinished || Batch.IsBeingRemoved || (Batch.Exists && World.Watcher.State is null));

    protected override void LeaveNow() => _ = Batch.LeaveAsync();

    protected override Task HandOverAsync() => Batch.LeaveAsync();

    /// <summary>As the grain does: the next batch of the id may start in this activation.</summary>
    private void StopTicking()
    {
        _timer?.Dispose();
        _timer = null;
    }

    private void Tick() => Turns.Run(() =>
    {
        Batch.Tick();
        if (Batch.IsUnfinished && Batch.Failure is null)
        {
            _timer?.Change(NextTick(), Timeout.InfiniteTimeSpan);
        }
    });

    private TimeSpan NextTick() => BatchGrain.NextTick(Batch.NextTick - Silo.Clock.GetUtcNow());
}
