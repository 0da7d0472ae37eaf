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

    /// <summary>It goes as soon as the directory has let it go.</summary>
    internal void LeaveWhenIdle() => _world.Scheduler.Add($"{Turns.Name} leaves", () =>
    {
        _world.Directory.Remove(this);
        Leave();
    });

    protected abstract void LeaveNow();

    /// <summary>It has ended by itself: the directory learns of it a little later.</summary>
    protected void HasEnded()
    {
        _world.Faults.Lose(this);
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

    protected override void LeaveNow() => Partition.Leave();
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
            TimeSpan.FromDays(30),
            world.NewIncarnation);
        Batch = new(key, new BatchRow(world.Storage, key), services) { Ended = HasEnded, Driven = KeepTicking };
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

    protected override void LeaveNow() => _ = Batch.LeaveAsync();

    private void Tick() => Turns.Run(() =>
    {
        Batch.Tick();
        if (Batch.IsUnfinished && Batch.Failure is null)
        {
            _timer!.Change(NextTick(), Timeout.InfiniteTimeSpan);
        }
    });

    private TimeSpan NextTick() => BatchGrain.NextTick(Batch.NextTick - Silo.Clock.GetUtcNow());
}
