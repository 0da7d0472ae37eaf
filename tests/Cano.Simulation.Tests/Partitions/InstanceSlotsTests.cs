using CsCheck;
using Microsoft.Extensions.Options;

namespace Cano;

public sealed class InstanceSlotsTests
{
    private static readonly Gen<(int Limit, int Reserved, (int Kind, int Batch)[] Events)> s_histories =
        from limit in Gen.Int[1, 6]
        from reserved in Gen.Int[0, 3]
        from events in Gen.Select(Gen.Int[0, 4], Gen.Int[0, 3]).Array[0, 150]
        select (limit, reserved, events);

    [Fact]
    public Task Acquire_AnyHistory_KeepsTheLimitAndForgetsNoWait() => s_histories.SampleAsync(async history =>
    {
        InstanceSlots slots = Slots(history.Limit, history.Reserved);
        List<(Task<InstanceSlots.Slot> Task, CancellationTokenSource Stop)>[] asked = [[], [], [], []];
        int place = 0;
        foreach ((int kind, int batch) in history.Events)
        {
            if (kind < 2)
            {
                CancellationTokenSource stop = new();
                asked[batch].Add((slots.AcquireAsync($"b{batch}", place++, stop.Token).AsTask(), stop));
            }
            else if (kind == 2 && asked[batch].Find(one => !one.Task.IsCompleted) is { Task: not null } waiting)
            {
                asked[batch].Remove(waiting);
                await waiting.Stop.CancelAsync();
                await Assert.ThrowsAsync<TaskCanceledException>(() => waiting.Task);
            }
            else if (asked[batch].Find(one => one.Task.IsCompletedSuccessfully) is { Task: not null } given)
            {
                // What is granted is not taken away again; and it is given back once, however often it is disposed of.
                asked[batch].Remove(given);
                await given.Stop.CancelAsync();
                InstanceSlots.Slot slot = await given.Task;
                slot.Dispose();
                slot.Dispose();
            }

            int[] running = [.. asked.Select(one => one.Count(wait => wait.Task.IsCompleted))];
            int share = history.Limit / Math.Max(1, asked.Count(one => one.Count > 0));
            Assert.Equal(running.Sum(), slots.Running);
            Assert.True(running.Sum(count => Math.Max(0, count - history.Reserved)) <= 2 * history.Limit);
            for (int b = 0; b < asked.Length; b++)
            {
                bool waits = running[b] < asked[b].Count;
                bool mayRun = slots.Running < history.Limit || running[b] < history.Reserved
                    || (running[b] < share && slots.Running < 2 * history.Limit);
                Assert.False(waits && mayRun, $"Batch {b} waits though it may run.");
                Assert.All(asked[b].Skip(running[b]), one => Assert.False(one.Task.IsCompleted, "One that asked later was served before."));
            }
        }

        Array.ForEach(asked, one => one.ForEach(wait => wait.Stop.Cancel()));
        foreach ((Task<InstanceSlots.Slot> task, _) in asked.SelectMany(one => one).Where(wait => wait.Task.IsCompletedSuccessfully))
        {
            (await task).Dispose();
        }

        Assert.Equal((0, 0), (slots.Running, slots.BatchCount));
    });

    /// <summary>The fault that was seen: every other batch ran 4 at a time for as long as the first one's instances lasted.</summary>
    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(7)]
    public async Task Acquire_ABatchHoldsAllSlotsForEver_EachOtherHasItsFairShareAtOnce(int others)
    {
        InstanceSlots slots = Slots(limit: 1_024, reserved: 4);
        List<Task<InstanceSlots.Slot>> large = Ask(slots, "large", 10_000);
        Assert.Equal(1_024, Granted(large));

        List<Task<InstanceSlots.Slot>>[] small = [.. Enumerable.Range(0, others).Select(number => new List<Task<InstanceSlots.Slot>>())];
        for (int place = 0; place < 1_200; place++)
        {
            for (int other = 0; other < others; other++)
            {
                small[other].Add(slots.AcquireAsync($"small {other}", place).AsTask());
            }
        }

        Assert.All(small, one => Assert.Equal(1_024 / (others + 1), Granted(one)));
        Assert.Equal(1_024, Granted(large));

        // Then it gives back: none of its slots goes to one of its own again before the overdraft is repaid.
        int over = slots.Running - 1_024;
        foreach (Task<InstanceSlots.Slot> one in large.Take(over))
        {
            InstanceSlots.Slot slot = await one;
            Assert.False(slot.MayPassTo(1_024));
            slot.Dispose();
        }

        Assert.Equal((1_024, 1_024), (Granted(large), slots.Running));
        InstanceSlots.Slot fair = await small[0][0];
        Assert.True(fair.MayPassTo(1));
    }

    [Fact]
    public async Task Release_TwoBatchesWait_TheyTakeTurns()
    {
        InstanceSlots slots = Slots(limit: 4, reserved: 0);
        List<InstanceSlots.Slot> held = [];
        for (int i = 0; i < 4; i++)
        {
            held.Add(await slots.AcquireAsync("large", i));
        }

        Task<InstanceSlots.Slot>[] large = [.. Enumerable.Range(0, 4).Select(i => slots.AcquireAsync("large", i).AsTask())];
        Task<InstanceSlots.Slot>[] small = [.. Enumerable.Range(0, 2).Select(i => slots.AcquireAsync("small", i).AsTask())];

        held.ForEach(slot => slot.Dispose());

        Assert.Equal((2, 2), (large.Count(one => one.IsCompleted), small.Count(one => one.IsCompleted)));
    }

    [Fact]
    public void Acquire_TooManyRunsGivenUp_WaitsUntilOneHasEnded()
    {
        InstanceSlots slots = new(Options.Create(new CanoOptions { MaxGivenUpRuns = 1 }));
        slots.RunGivenUp();
        Task<InstanceSlots.Slot> asked = slots.AcquireAsync("b", 0).AsTask();
        Assert.False(asked.IsCompleted);

        slots.GivenUpRunEnded();

        Assert.True(asked.IsCompleted);
    }

    [Theory]
    [InlineData(9_000, 1, true)]
    [InlineData(1, 9_000, false)]
    [InlineData(1_001, 1, false)]
    public async Task Release_OneBatchWaitsAtSeveralPlaces_FarOnesComeLaterAndNearOnesAsTheyAsked(int first, int second, bool overtakes)
    {
        InstanceSlots slots = Slots(limit: 1, reserved: 0);
        InstanceSlots.Slot held = await slots.AcquireAsync("b", 0);
        Task<InstanceSlots.Slot> one = slots.AcquireAsync("b", first).AsTask();
        Task<InstanceSlots.Slot> other = slots.AcquireAsync("b", second).AsTask();

        held.Dispose();

        Assert.Equal((!overtakes, overtakes), (one.IsCompleted, other.IsCompleted));
    }

    [Theory]
    [InlineData("", true)]
    [InlineData("b near", true)]
    [InlineData("b far", true)]
    [InlineData("b first", false)]
    [InlineData("other far", true)]
    [InlineData("others far", false)]
    [InlineData("closed", false)]
    [InlineData("given up", false)]
    public async Task MayPassTo_SomethingIsSo_OnlyIfTheInstanceWouldComeNextAnyhow(string what, bool may)
    {
        InstanceSlots slots = new(Options.Create(new CanoOptions { MaxRunningInstances = 1, ReservedPerBatch = 0, MaxGivenUpRuns = 1 }));
        InstanceSlots.Slot held = await slots.AcquireAsync("b", 5_000);
        switch (what.Split(' '))
        {
            case ["others", _]:
                _ = Ask(slots, "other", 2);
                _ = Ask(slots, "another", 1);
                break;
            case [var batch, "near"]:
                _ = slots.AcquireAsync(batch, 5_100).AsTask();
                break;
            case [var batch, "far"]:
                _ = slots.AcquireAsync(batch, 90_000).AsTask();
                break;
            case [var batch, "first"]:
                _ = slots.AcquireAsync(batch, 0).AsTask();
                break;
            case ["closed"]:
                slots.Close();
                break;
            case ["given", "up"]:
                slots.RunGivenUp();
                break;
        }

        Assert.Equal(may, held.MayPassTo(5_001));
    }

    /// <summary>
    /// A batch that has more than its share, because it was alone, gives it back as others come; its reserve it may keep.
    /// </summary>
    [Theory]
    [InlineData(0, false)]
    [InlineData(1, false)]
    [InlineData(2, true)]
    public async Task MayPassTo_MoreRunThanTheLimit_OnlyWithinShareAndReserve(int reserved, bool may)
    {
        InstanceSlots slots = Slots(limit: 2, reserved);
        InstanceSlots.Slot large = (await Task.WhenAll(Ask(slots, "large", 2)))[0];
        InstanceSlots.Slot small = await slots.AcquireAsync("small", 0);

        Assert.Equal((may, true, 3), (large.MayPassTo(2), small.MayPassTo(1), slots.Running));
    }

    [Fact]
    public async Task Cancel_AnInstanceWaits_TheNextOneGetsTheSlotAtOnce()
    {
        InstanceSlots slots = Slots(limit: 1, reserved: 0);
        InstanceSlots.Slot held = await slots.AcquireAsync("b", 0);
        using CancellationTokenSource stop = new();
        Task<InstanceSlots.Slot> gone = slots.AcquireAsync("b", 1, stop.Token).AsTask();
        Task<InstanceSlots.Slot> next = slots.AcquireAsync("b", 2).AsTask();

        await stop.CancelAsync();
        held.Dispose();

        OperationCanceledException exception = await Assert.ThrowsAnyAsync<OperationCanceledException>(() => gone);
        Assert.Equal(stop.Token, exception.CancellationToken);
        Assert.Equal((true, 1), (next.IsCompletedSuccessfully, slots.Running));
    }

    [Fact]
    public async Task Cancel_BatchesOnlyWait_TheyNoLongerCountInOthersShares()
    {
        InstanceSlots slots = Slots(limit: 4, reserved: 0);
        List<Task<InstanceSlots.Slot>> large = Ask(slots, "large", 4);
        using CancellationTokenSource stop = new();
        Task<InstanceSlots.Slot>[] gone =
            [.. Enumerable.Range(0, 6).Select(number => slots.AcquireAsync($"gone {number % 2}", number, stop.Token).AsTask())];
        List<Task<InstanceSlots.Slot>> staying = Ask(slots, "b", 3);
        Assert.Equal((4, 1, 2, 7), (Granted(large), Granted(staying), Granted(gone), slots.Running));

        await stop.CancelAsync();
        foreach (Task<InstanceSlots.Slot> one in gone.Where(one => one.IsCompletedSuccessfully))
        {
            (await one).Dispose();
        }

        Assert.Equal((2, 6, 2), (Granted(staying), slots.Running, slots.BatchCount));
    }

    [Fact]
    public async Task Acquire_TokenIsSignalledAlready_TakesNothing()
    {
        InstanceSlots slots = Slots(limit: 1, reserved: 0);

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => slots.AcquireAsync("b", 0, new(canceled: true)).AsTask());

        Assert.Equal((0, 0), (slots.Running, slots.BatchCount));
    }

    /// <summary>Slots come back, waits end and instances ask on many threads at once: nothing is lost and nothing is taken twice.</summary>
    [Fact]
    public async Task Acquire_ManyThreadsAskAndCancel_AllIsGivenBack()
    {
        InstanceSlots slots = Slots(limit: 3, reserved: 1);
        int granted = 0;
        int cancelled = 0;
        ParallelOptions options = new() { MaxDegreeOfParallelism = 16, CancellationToken = TestContext.Current.CancellationToken };
        await Parallel.ForAsync(0, 20_000, options, async (number, _) =>
        {
            using CancellationTokenSource stop = new();
            Task<InstanceSlots.Slot> asked = slots.AcquireAsync($"b{number % 5}", number, stop.Token).AsTask();
            await Task.Yield();
            if (number % 3 == 0)
            {
                await stop.CancelAsync();
            }

            try
            {
                using InstanceSlots.Slot slot = await asked;
                Interlocked.Increment(ref granted);
                await Task.Yield();
            }
            catch (OperationCanceledException)
            {
                Interlocked.Increment(ref cancelled);
            }
        });

        Assert.Equal((20_000, 0, 0), (granted + cancelled, slots.Running, slots.BatchCount));
        Assert.True(granted >= 13_333 && cancelled > 0, $"{granted} were granted, {cancelled} cancelled.");
    }

    [Fact]
    public async Task Close_SlotsAreGivenBack_NobodyGetsOneAnyMore()
    {
        InstanceSlots slots = Slots(limit: 1, reserved: 0);
        InstanceSlots.Slot held = await slots.AcquireAsync("b", 0);
        Task<InstanceSlots.Slot> waiting = slots.AcquireAsync("b", 1).AsTask();

        slots.Close();
        held.Dispose();

        Task<InstanceSlots.Slot> asked = slots.AcquireAsync("b", 2).AsTask();
        Assert.Equal((false, false), (waiting.IsCompleted, asked.IsCompleted));
    }

    private static List<Task<InstanceSlots.Slot>> Ask(InstanceSlots slots, string batchId, int count) =>
        [.. Enumerable.Range(0, count).Select(place => slots.AcquireAsync(batchId, place).AsTask())];

    private static int Granted(IEnumerable<Task<InstanceSlots.Slot>> asked) => asked.Count(one => one.IsCompletedSuccessfully);

    private static InstanceSlots Slots(int limit, int reserved) =>
        new(Options.Create(new CanoOptions { MaxRunningInstances = limit, ReservedPerBatch = reserved }));
}
