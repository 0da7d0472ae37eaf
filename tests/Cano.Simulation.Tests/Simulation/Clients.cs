namespace Cano;

/// <summary>
/// Those who start the batch, cancel it, read it to its end, and remove it; then, in some schedules, the same with another batch of the same id. They ask again until they are
/// answered.
/// </summary>
internal sealed class Clients(World world)
{
    private int _busy;
    private int _busyWithLife;
    private Signal _lifeOver = new();

    private Life? _previous;

    /// <summary>True once the batch that bears the id now is to be removed.</summary>
    internal bool Removes { get; private set; }

    internal bool AreDone => _busy == 0;

    private Scenario Scenario => world.Scenario;

    internal void Start()
    {
        if (Scenario.Abandoned is { } abandoned)
        {
            Begin("one who gives up", () => GiveUpAsync(abandoned));
        }

        Begin("operator", OperateAsync);
    }

    /// <summary>One batch after the other.</summary>
    private async Task OperateAsync()
    {
        for (int number = 0; number < Scenario.Lives.Length; number++)
        {
            BatchContent content = Scenario.Lives[number];
            _lifeOver = new();
            _previous = world.Watcher.Current;
            Removes = false;
            BeginLife(content, number);
            await _lifeOver.WaitAsync();
            if (Scenario.Removal != RemovalKind.None)
            {
                if (Scenario.ReadsWhileRemoved)
                {
                    Begin("late reader", () => ReadLateAsync(content));
                }

                Removes = true;
                await RemoveAsync();
                world.Watcher.PurgeReturned();
            }
        }
    }

    private void BeginLife(BatchContent content, int number)
    {
        for (int i = 0; i < Scenario.Submitters; i++)
        {
            Begin($"submitter {i}", () => SubmitAsync(content), ofLife: true);
        }

        Begin("reader", () => ReadAsync(content), ofLife: true);
        Begin("poller", PollAsync, ofLife: true);
        if (Scenario.CancelAfter is { } after)
        {
            Begin("canceller", () => CancelAsync(after), ofLife: true);
        }

        if (Scenario.MayNeedCancel(content) && Scenario.IsPatient)
        {
            Begin("patience", () => CancelAsync(TimeSpan.FromMinutes(10)), ofLife: true);
        }

        if (number == 0 && Scenario.LosesPartition >= 0)
        {
            Begin("loss", () => LoseAsync(content), ofLife: true);
        }
    }

    private void Begin(string name, Func<Task> act, bool ofLife = false)
    {
        _busy++;
        _busyWithLife += ofLife ? 1 : 0;
        new Turns(world.Scheduler, name).Run(() => _ = RunAsync(name, act, ofLife));
    }

    private async Task RunAsync(string name, Func<Task> act, bool ofLife)
    {
        try
        {
            await act();
            _busy--;
            if (ofLife && --_busyWithLife == 0)
            {
                _lifeOver.Raise();
            }
        }
        catch (Exception exception)
        {
            world.Watcher.Violate($"The {name} failed: {exception}");
        }
    }

    /// <summary>Whether a status is of the batch that is under way, and not of the one before.</summary>
    private bool IsOfNow(BatchStatus status) => world.Watcher.Current is { } life && life != _previous && life.Is(status);

    private async Task SubmitAsync(BatchContent content)
    {
        for (bool started = false; !started;)
        {
            if (content.Specs.Length > 1 || (!HostedPartition.Fits(content.Specs[0]) && world.Scheduler.Chance(300)))
            {
                if (await AskAsync("prepare", batch => batch.PrepareAsync(content.Header), exclusive: true, repeats: !Scenario.RemovesRows) is null)
                {
                    for (int p = 0; p < content.Specs.Length; p++)
                    {
                        await PrepareAsync(content, p);
                    }
                }
            }

            PartitionSpec? only = content.Specs.Length == 1 ? content.Specs[0] : null;
            try
            {
                await AskStatusAsync("start", batch => batch.StartAsync(content.Header, only), exclusive: true, isStart: true, repeats: !Scenario.RemovesRows);

                // An activation that lives on beside its successor may take the batch before for this one.
                started = world.Watcher.Current != _previous;
            }
            catch (CanoConfigurationException exception) when (exception.Code == ErrorCodes.NotPrepared)
            {
                world.Scheduler.Note($"  the submitter begins anew: {exception.Message}");
            }
        }

        world.Watcher.StartReturned();
    }

    private Task<bool> PrepareAsync(BatchContent content, int partition)
    {
        PartitionSpec spec = content.Specs[partition];
        return AskAsync(() => world.Network.CallAsync(
            content.KeyOf(partition), "prepare", (one, _) => PartitionCalls.PrepareAsync(one, spec), exclusive: true, repeats: !Scenario.RemovesRows));
    }

    /// <summary>A start of another content that is broken off.</summary>
    private async Task GiveUpAsync(BatchContent content)
    {
        await Task.Delay(TimeSpan.FromMilliseconds(world.Scheduler.Random.Next(100)), world.Scheduler.Time);
        try
        {
            Task<BatchStatus?> entered = world.Network.CallAsync(
                Scenario.BatchId, "prepare", (one, _) => AnswerAsync((BatchActivation)one, batch => batch.PrepareAsync(content.Header), isStart: false), exclusive: true, repeats: false);
            if (await entered is null && content.Specs.Length > 1)
            {
                int partition = world.Scheduler.Random.Next(content.Specs.Length);
                await world.Network.CallAsync(
                    content.KeyOf(partition), "prepare", (one, _) => PartitionCalls.PrepareAsync(one, content.Specs[partition]), exclusive: true, repeats: false);
            }
        }
        catch (Exception exception)
        {
            world.Scheduler.Note($"  gives up: {exception.Message}");
        }
    }

    private async Task ReadAsync(BatchContent content)
    {
        BatchView view;
        long after = -1;
        bool isCurrent;
        do
        {
            long known = after;
            view = await AskAsync("watch", batch => batch.WatchAsync(known));
            after = view.Version;
            world.Watcher.Read(view);
            isCurrent = IsOfNow(view.Status);
            if (!isCurrent)
            {
                await Task.Delay(TimeSpan.FromMilliseconds(200), world.Scheduler.Time);
            }
            else if (world.Scheduler.Chance(world.Faults.ActivationLost ? 400 : 150))
            {
                await ReadResultsAsync(content, view, world.Scheduler.Random.Next(view.Sizes.Length), view.Status.Phase == BatchPhase.Finished);
            }
        }
        while (!isCurrent || view.Status.Phase != BatchPhase.Finished);

        for (int p = 0; p < view.Sizes.Length; p++)
        {
            await ReadResultsAsync(content, view, p, all: true);
        }

        world.Watcher.Current!.Ended(view);
    }

    private async Task ReadResultsAsync(BatchContent content, BatchView view, int partition, bool all)
    {
        if (view.Lost?.Contains(partition) == true || (Scenario.LosesPartition == partition && world.Watcher.LifeCount == 1))
        {
            return;
        }

        for (int from = 0; from < view.Final[partition];)
        {
            int first = from;
            int count = view.Final[partition] - from;
            (ResultPage page, bool outdated) = await AskPartitionAsync(content, view, partition, reader => reader.ReadAsFinalAsync(first, count));
            bool isCurrent = world.Watcher.Read(life => life.Contradicts(partition, first, page), page, outdated);
            from += isCurrent ? page.Results.Length : 0;
            if (page.Results.Length == 0 || !isCurrent)
            {
                // An outdated activation has answered, or one that has not loaded all: the library asks again too.
                await Task.Delay(TimeSpan.FromMilliseconds(200), world.Scheduler.Time);
            }
        }

        (ResultPage inOrder, bool stale) = await AskPartitionAsync(content, view, partition, reader => reader.ReadInOrderAsync(0, view.Sizes[partition]));
        if (world.Watcher.Read(life => life.Contradicts(inOrder), inOrder, stale) && all && !world.Faults.Any)
        {
            world.Watcher.Current!.ReadAll(partition, inOrder);
        }
    }

    /// <summary>Asks for what is being removed; any answer will do.</summary>
    private async Task ReadLateAsync(BatchContent content)
    {
        for (int n = 0; n < 4; n++)
        {
            await Task.Delay(TimeSpan.FromMilliseconds(world.Scheduler.Random.Next(40)), world.Scheduler.Time);
            int partition = world.Scheduler.Random.Next(content.Specs.Length);
            try
            {
                await world.Network.CallAsync(content.KeyOf(partition), "late read", async (one, _) => await (await OpenReaderAsync(one)).ReadInOrderAsync(0, 10));
            }
            catch (Exception exception)
            {
                world.Scheduler.Note($"  the late reader got {exception.Message}");
            }
        }
    }

    private async Task PollAsync()
    {
        bool finished;
        do
        {
            BatchStatus status = await AskStatusAsync("status", batch => batch.GetStatusAsync());
            finished = status.Phase == BatchPhase.Finished && IsOfNow(status);
            await Task.Delay(TimeSpan.FromMilliseconds(world.Scheduler.Random.Next(4) == 0 ? 8_000 : 30), world.Scheduler.Time);
        }
        while (!finished);
    }

    private async Task CancelAsync(TimeSpan after)
    {
        await Task.Delay(after, world.Scheduler.Time);
        world.Watcher.CancelRequested = true;
        BatchStatus status;
        do
        {
            status = await AskStatusAsync("cancel", batch => batch.CancelAsync());
        }
        while (!IsOfNow(status));

        world.Watcher.CancelReturned(status);
    }

    /// <summary>The instances of a partition vanish from storage, some time after the batch has started.</summary>
    private async Task LoseAsync(BatchContent content)
    {
        while (world.Watcher.State is null)
        {
            await Task.Delay(TimeSpan.FromMilliseconds(20), world.Scheduler.Time);
        }

        await Task.Delay(TimeSpan.FromMilliseconds(world.Scheduler.Random.Next(200)), world.Scheduler.Time);
        string key = content.KeyOf(Scenario.LosesPartition);
        world.Scheduler.Note($"!! the instances of {key} vanish");
        world.Storage.Lose("partition", key, "cano.partition");
        world.Directory.Deactivate(key);
    }

    /// <summary>Purges the batch, or lets it expire, until nothing is left of it but a tombstone.</summary>
    private async Task RemoveAsync()
    {
        bool expires = Scenario.Removal == RemovalKind.Expiry;
        while (world.Watcher.State is { Purge: null } or { Purge.Left: > 0 })
        {
            bool done = await AskAsync(
                "removal", batch => expires ? batch.ExpireAsync() : batch.PurgeAsync(), exclusive: true, repeats: !Scenario.RemovesRows);
            if (!done)
            {
                await Task.Delay(TimeSpan.FromSeconds(expires ? 10 : 1), world.Scheduler.Time);
            }
        }
    }

    private Task<(ResultPage Page, bool Outdated)> AskPartitionAsync(BatchContent content, BatchView view, int partition, Func<PartitionReader, Task<ResultPage>> read) =>
        AskAsync(() => world.Network.CallAsync(
            view.Hosted ? Scenario.BatchId : content.KeyOf(partition),
            "results",
            async (one, _) =>
            {
                bool outdated = world.Directory.IsOutdated(one);
                return (await read(await OpenReaderAsync(one)), outdated);
            }));

    private static Task<PartitionReader> OpenReaderAsync(Activation activation) => activation is BatchActivation batch
        ? batch.Batch.OpenReaderAsync()
        : Task.FromResult(new PartitionReader(((PartitionActivation)activation).Partition.OpenLogAsync, ((PartitionActivation)activation).Partition.RunningSince));

    private Task<BatchStatus> AskStatusAsync(
        string what, Func<Batch, Task<BatchStatus>> call, bool exclusive = false, bool isStart = false, bool repeats = true) =>
        AskAsync(async () =>
        {
            (Life?, BatchStatus?) before = (world.Watcher.Current, world.Watcher.Current?.Furthest);
            BatchStatus status = await world.Network.CallAsync(Scenario.BatchId, what, (one, _) => AnswerAsync((BatchActivation)one, call, isStart), exclusive, repeats);
            world.Watcher.Read(status, before);
            return status;
        });

    private Task<T> AskAsync<T>(
        string what, Func<Batch, Task<T>> call, bool exclusive = false, bool repeats = true) =>
        AskAsync(() => world.Network.CallAsync(Scenario.BatchId, what, (one, _) => AnswerAsync((BatchActivation)one, call, isStart: false), exclusive, repeats));

    internal static async Task<T> AnswerAsync<T>(BatchActivation activation, Func<Batch, Task<T>> call, bool isStart)
    {
        try
        {
            return await call(activation.Batch);
        }
        finally
        {
            // As the grain does: an activation for an id that is no batch has nothing to stay for.
            if (!isStart && !activation.Batch.Exists)
            {
                activation.LeaveWhenIdle();
            }
        }
    }

    private async Task<T> AskAsync<T>(Func<Task<T>> ask)
    {
        for (int attempt = 0; ; attempt++)
        {
            try
            {
                return await ask();
            }
            catch (Exception exception) when (exception is not CanoConfigurationException { Code: ErrorCodes.NotPrepared } && (exception is not BatchConflictException || world.Faults.BatchDoubled))
            {
                await Task.Delay(RetryBackoff.Default.PauseBefore(attempt, random: 1), world.Scheduler.Time);
            }
        }
    }
}
