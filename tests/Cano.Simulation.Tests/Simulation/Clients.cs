namespace Cano;

/// <summary>Those who start the batch, cancel it, and read it to its end. They ask again until they are answered.</summary>
internal sealed class Clients(World world)
{
    private int _busy;

    internal bool AreDone => _busy == 0;

    private Scenario Scenario => world.Scenario;

    internal void Start()
    {
        for (int i = 0; i < Scenario.Submitters; i++)
        {
            Begin($"submitter {i}", SubmitAsync);
        }

        Begin("reader", ReadAsync);
        Begin("poller", PollAsync);
        if (Scenario.CancelAfter is { } after)
        {
            Begin("canceller", () => CancelAsync(after));
        }

        if (Scenario.MayNeedCancel)
        {
            Begin("patience", () => CancelAsync(TimeSpan.FromMinutes(10)));
        }
    }

    private void Begin(string name, Func<Task> act)
    {
        _busy++;
        new Turns(world.Scheduler, name).Run(() => _ = RunAsync(name, act));
    }

    private async Task RunAsync(string name, Func<Task> act)
    {
        try
        {
            await act();
            _busy--;
        }
        catch (Exception exception)
        {
            world.Watcher.Violate($"The {name} failed: {exception}");
        }
    }

    private async Task SubmitAsync()
    {
        if (Scenario.Specs.Length > 1 || world.Scheduler.Chance(300))
        {
            if (await AskAsync("prepare", batch => batch.PrepareAsync(Scenario.Header), exclusive: true) is null)
            {
                for (int p = 0; p < Scenario.Specs.Length; p++)
                {
                    PartitionSpec spec = Scenario.Specs[p];
                    await AskAsync(() => world.Network.CallAsync(Scenario.KeyOf(p), "prepare", (one, _) => PartitionCalls.PrepareAsync(one, spec), exclusive: true));
                }
            }
        }

        PartitionSpec? only = Scenario.Specs.Length == 1 ? Scenario.Specs[0] : null;
        await AskStatusAsync("start", batch => batch.StartAsync(Scenario.Header, only), exclusive: true, isStart: true);
        world.Watcher.StartReturned();
    }

    private async Task ReadAsync()
    {
        BatchView view;
        long after = -1;
        do
        {
            long known = after;
            view = await AskAsync("watch", batch => batch.WatchAsync(known));
            after = view.Version;
            world.Watcher.Read(view);
            if (world.Scheduler.Chance(200))
            {
                await ReadResultsAsync(view, world.Scheduler.Random.Next(view.Sizes.Length), view.Status.Phase == BatchPhase.Finished);
            }
        }
        while (view.Status.Phase != BatchPhase.Finished);

        for (int p = 0; p < view.Sizes.Length; p++)
        {
            await ReadResultsAsync(view, p, all: true);
        }

        world.Watcher.Ended(view);
    }

    private async Task ReadResultsAsync(BatchView view, int partition, bool all)
    {
        for (int from = 0; from < view.Final[partition];)
        {
            int first = from;
            int count = view.Final[partition] - from;
            ResultPage page = await AskPartitionAsync(view, partition, reader => reader.ReadAsFinalAsync(first, count));
            world.Watcher.Read(partition, from, page);
            from += page.Results.Length;
            if (page.Results.Length == 0)
            {
                // An outdated activation has answered, or one that has not loaded all: the library asks again too.
                await Task.Delay(TimeSpan.FromMilliseconds(200), world.Scheduler.Time);
            }
        }

        ResultPage inOrder = await AskPartitionAsync(view, partition, reader => reader.ReadInOrderAsync(0, view.Sizes[partition]));
        world.Watcher.ReadInOrder(partition, inOrder, all && !world.Faults.Any);
    }

    private async Task PollAsync()
    {
        BatchStatus status;
        do
        {
            status = await AskStatusAsync("status", batch => batch.GetStatusAsync());
            await Task.Delay(TimeSpan.FromMilliseconds(world.Scheduler.Random.Next(4) == 0 ? 8_000 : 30), world.Scheduler.Time);
        }
        while (status.Phase != BatchPhase.Finished);
    }

    private async Task CancelAsync(TimeSpan after)
    {
        await Task.Delay(after, world.Scheduler.Time);
        world.Watcher.CancelRequested = true;
        BatchStatus status = await AskStatusAsync("cancel", batch => batch.CancelAsync());
        world.Watcher.CancelReturned(status);
    }

    private Task<ResultPage> AskPartitionAsync(BatchView view, int partition, Func<PartitionReader, Task<ResultPage>> read) =>
        AskAsync(() => world.Network.CallAsync(
            view.Hosted ? Scenario.BatchId : Scenario.KeyOf(partition), "results", async (one, _) => await read(await OpenReaderAsync(one))));

    private static Task<PartitionReader> OpenReaderAsync(Activation activation) => activation is BatchActivation batch
        ? batch.Batch.OpenReaderAsync()
        : Task.FromResult(new PartitionReader(((PartitionActivation)activation).Partition.OpenLogAsync, ((PartitionActivation)activation).Partition.RunningSince));

    private Task<BatchStatus> AskStatusAsync(string what, Func<Batch, Task<BatchStatus>> call, bool exclusive = false, bool isStart = false) =>
        AskAsync(async () =>
        {
            BatchStatus? before = world.Watcher.Furthest;
            BatchStatus status = await world.Network.CallAsync(Scenario.BatchId, what, (one, _) => AnswerAsync((BatchActivation)one, call, isStart), exclusive);
            world.Watcher.Read(status, before);
            return status;
        });

    private Task<T> AskAsync<T>(string what, Func<Batch, Task<T>> call, bool exclusive = false, bool isStart = false) =>
        AskAsync(() => world.Network.CallAsync(Scenario.BatchId, what, (one, _) => AnswerAsync((BatchActivation)one, call, isStart), exclusive));

    private static async Task<T> AnswerAsync<T>(BatchActivation activation, Func<Batch, Task<T>> call, bool isStart)
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
            catch (Exception exception) when (exception is not BatchConflictException)
            {
                await Task.Delay(RetryBackoff.Default.PauseBefore(attempt, random: 1), world.Scheduler.Time);
            }
        }
    }
}
