using CsCheck;
using Microsoft.Extensions.Options;

namespace Cano;

public sealed class InstanceSlotsTests
{
    private static readonly Gen<(int Limit, int Reserved, (int Kind, int Batch)[] Events)> s_histories =
        from limit in Gen.Int[1, 6]
        from reserved in Gen.Int[0, 3]
        from events in Gen.Select(Gen.Int[0, 3], Gen.Int[0, 3]).Array[0, 150]
        select (limit, reserved, events);

    [Fact]
    public Task Acquire_AnyHistory_KeepsTheLimitAndForgetsNobody() => s_histories.SampleAsync(async history =>
    {
        InstanceSlots slots = Slots(history.Limit, history.Reserved);
        List<Task<InstanceSlots.Slot>>[] asked = [.. Enumerable.Range(0, 4).Select(_ => new List<Task<InstanceSlots.Slot>>())];
        int place = 0;
        foreach ((int kind, int batch) in history.Events)
        {
            if (kind < 2)
            {
                asked[batch].Add(slots.AcquireAsync($"b{batch}", place++).AsTask());
            }
            else if (asked[batch].Find(one => one.IsCompletedSuccessfully) is { } given)
            {
                asked[batch].Remove(given);
                InstanceSlots.Slot slot = await given;
                slot.Dispose();
                slot.Dispose();
            }

            int[] running = [.. asked.Select(one => one.Count(task => task.IsCompleted))];
            Assert.Equal(running.Sum(), slots.Running);
            Assert.True(running.Sum(count => Math.Max(0, count - history.Reserved)) <= history.Limit);
            for (int b = 0; b < asked.Length; b++)
            {
                bool waits = running[b] < asked[b].Count;
                Assert.True(!waits || (slots.Running >= history.Limit && running[b] >= history.Reserved), $"Batch {b} waits though it may run.");
                Assert.Equal(asked[b].Count, asked[b].TakeWhile(one => one.IsCompleted).Count() + asked[b].SkipWhile(one => one.IsCompleted).Count(one => !one.IsCompleted));
            }
        }
    });

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
    [InlineData("other far", false)]
    [InlineData("closed", false)]
    [InlineData("given up", false)]
    public async Task MayPassTo_SomethingIsSo_OnlyIfTheInstanceWouldComeNextAnyhow(string what, bool may)
    {
        InstanceSlots slots = new(Options.Create(new CanoOptions { MaxRunningInstances = 1, ReservedPerBatch = 0, MaxGivenUpRuns = 1 }));
        InstanceSlots.Slot held = await slots.AcquireAsync("b", 5_000);
        switch (what.Split(' '))
        {
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

    /// <summary>A batch that runs more than its share, because it was alone with its reserve, gives it back as others come.</summary>
    [Fact]
    public async Task MayPassTo_MoreRunThanTheLimit_OnlyWithinTheReserve()
    {
        InstanceSlots slots = Slots(limit: 1, reserved: 1);
        InstanceSlots.Slot large = await slots.AcquireAsync("large", 0);
        InstanceSlots.Slot small = await slots.AcquireAsync("small", 0);
        Assert.True(large.MayPassTo(1) && small.MayPassTo(1));

        small.Dispose();
        large.Dispose();
        slots = Slots(limit: 1, reserved: 0);
        large = await slots.AcquireAsync("large", 0);
        Task<InstanceSlots.Slot> waits = slots.AcquireAsync("small", 0).AsTask();

        Assert.False(large.MayPassTo(1));
        large.Dispose();
        Assert.True(waits.IsCompleted);
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

    private static InstanceSlots Slots(int limit, int reserved) => new(Options.Create(new CanoOptions { MaxRunningInstances = limit, ReservedPerBatch = reserved }));
}
