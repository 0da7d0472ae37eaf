using CsCheck;

namespace Cano;

public sealed class InstanceWindowTests
{
    private static readonly DateTimeOffset s_now = SimulatedTime.Start;

    /// <summary>Beside a model that knows of each instance only what it is doing.</summary>
    [Fact]
    public void Next_AnyHistory_IsTheFirstThatWaitsAndNeverAboveTheSize() =>
        Gen.Select(Gen.Int[1, 6], Gen.Select(Gen.Int[0, 5], Gen.Int[0, 5]).Array[0, 60]).Sample((count, events) =>
        {
            InstanceWindow window = new(new(MemoryPartitionRows.Spec(count)));
            char[] model = [.. Enumerable.Repeat('w', count)];
            foreach ((int kind, int which) in events)
            {
                int index = which % count;
                switch (kind)
                {
                    case 0:
                        window.Size = which;
                        break;
                    case 1 when window.Next is >= 0 and var next:
                        Assert.Equal(Array.IndexOf(model, 'w'), next);
                        window.Start(next, s_now);
                        model[next] = 'r';
                        break;
                    case 2 when model[index] == 'r':
                        window.End(index);
                        model[index] = 'e';
                        break;
                    case 3 when model[index] is 'w' or 'r':
                        window.SetAside(index);
                        model[index] = 's';
                        break;
                    case 4:
                        window.Reconsider();
                        model = [.. model.Select(one => one == 's' ? 'w' : one)];
                        break;
                }

                int running = model.Count(one => one == 'r');
                Assert.Equal(running, window.Running);
                Assert.Equal(model.Count(one => one == 's'), window.SetAsideCount);
                Assert.Equal(model.Count(one => one != 'e'), window.Unfinished);
                Assert.Equal(running < window.Size ? Array.IndexOf(model, 'w') : -1, window.Next);
                Assert.Equal(!model.Contains('w') && !model.Contains('s'), window.IsAllTaken);
                Assert.All(model.Index(), one => Assert.Equal(one.Item == 'r', window.RunningSince(one.Index) is not null));
            }
        });

    [Fact]
    public void New_WithDurableResultsAndStarts_GoesOnFromThere()
    {
        ResultIndex durable = new(MemoryPartitionRows.Spec(3));
        durable.TryTake(0, new() { Results = [new() { Index = 1, FinalState = "Done" }], Started = [0], StartedAt = [s_now.UtcTicks] });
        InstanceWindow window = new(durable) { Size = 3 };

        Assert.Equal((2, 0), (window.Unfinished, window.Next));
        Assert.Equal([(0, s_now.UtcTicks)], window.StartedBy(long.MaxValue, durable));
        window.Start(0, s_now.AddHours(1));
        Assert.Equal(s_now, window.RunningSince(0));
        Assert.Equal(2, window.Next);
        window.Start(2, s_now.AddHours(2));
        Assert.Equal(-1, window.Next);
        Assert.True(window.IsAllTaken);
    }

    [Fact]
    public void HasStartedSince_RunningInstancesOnly_AndStrictlyLater()
    {
        ResultIndex durable = new(MemoryPartitionRows.Spec(2));
        InstanceWindow window = new(durable) { Size = 2 };
        Assert.False(window.HasStartedSince(DateTimeOffset.MinValue));
        window.Start(0, s_now);
        window.Start(1, s_now.AddSeconds(1));

        Assert.True(window.HasStartedSince(s_now));
        Assert.False(window.HasStartedSince(s_now.AddSeconds(1)));
        window.End(1);
        Assert.False(window.HasStartedSince(s_now));
        Assert.True(window.HasStartedSince(s_now.AddTicks(-1)));
    }

    [Fact]
    public void StartedBy_ATime_ThoseWithoutAResultThatBeganByThen()
    {
        ResultIndex durable = new(MemoryPartitionRows.Spec(3));
        InstanceWindow window = new(durable) { Size = 3 };
        window.Start(0, s_now);
        window.Start(1, s_now.AddSeconds(1));
        window.Start(2, s_now);
        durable.TryTake(0, new() { Results = [new() { Index = 2, FinalState = "Done" }] });

        Assert.Equal([0], window.StartedBy(s_now.UtcTicks, durable).Select(one => one.Index));
        Assert.Equal([0, 1], window.StartedBy(s_now.AddSeconds(1).UtcTicks, durable).Select(one => one.Index));
    }

    [Fact]
    public void Close_WhileInstancesRun_NothingRunsOrStarts_AndLateEndsCountOnce()
    {
        InstanceWindow window = new(new(MemoryPartitionRows.Spec(3))) { Size = 2 };
        window.Start(0, s_now);
        window.Close();

        Assert.Equal((0, 0, -1), (window.Size, window.Running, window.Next));
        window.End(0);
        Assert.Equal((0, 2), (window.Running, window.Unfinished));
    }
}
