using CsCheck;
using static Cano.Calls.Scripts;

namespace Cano.Calls;

public class StreamTests
{
    private readonly FakeCluster _cluster = new();

    [Fact]
    public async Task Stream_OfSeveralPartitions_IsInTheOrderOfBecomingFinal()
    {
        _cluster.Fill(0, Result("a", 1), Result("b", 4), Result("c", 6));
        _cluster.Fill(1, Result("d", 2), Result("e", 3), Result("f", 5));
        _cluster.Batch("batch").Script(Finished(1, 3, 3));

        Assert.Equal(["a", "d", "e", "b", "f", "c"], await StreamedAsync());
    }

    [Fact]
    public async Task Stream_WhileItRuns_YieldsNoMoreThanTheStatusCounts()
    {
        _cluster.Fill(0, Result("a", 1), Result("b", 2), Result("c", 3));
        _cluster.Batch("batch").Script(View(1, BatchPhase.Running, 1), View(2, BatchPhase.Running, 2), Finished(3, 3));

        Assert.Equal(["a", "b", "c"], await StreamedAsync());
        Assert.Equal(
            ["watch -1", "final 0 from 0 count 1", "watch 1", "final 0 from 1 count 1", "watch 2", "final 0 from 2 count 1"], _cluster.Calls);
    }

    [Fact]
    public async Task Stream_CancelledOnes_ComeAtTheEnd()
    {
        _cluster.Fill(0, Result("a", 1), Result("x", 5, WorkflowOutcome.Cancelled), Result("y", 5, WorkflowOutcome.Cancelled));
        _cluster.Fill(1, Result("b", 2), Result("late", 6), Result("z", 6, WorkflowOutcome.Cancelled));
        _cluster.Batch("batch").Script(View(1, BatchPhase.Stopping, 3, 1), Finished(2, 3, 3));

        Assert.Equal(["a", "b", "late", "x", "y", "z"], await StreamedAsync());
    }

    [Fact]
    public async Task Stream_ActivationsMove_NeitherLosesNorRepeats()
    {
        _cluster.Fill(0, Result("a", 1), Result("b", 3), Result("c", 5));
        _cluster.Fill(1, Result("d", 2), Result("e", 4));
        _cluster.Batch("batch").Script(
            View(9, BatchPhase.Running, 2, 1),
            View(1, BatchPhase.Running, 0, 0),
            View(2, BatchPhase.Running, 2, 2),
            View(2, BatchPhase.Running, 1, 2),
            Finished(3, 3, 2));
        HashSet<string> failed = [];
        _cluster.Before = call =>
        {
            lock (failed)
            {
                return failed.Add(call) ? Task.FromException(SiloLost()) : Task.CompletedTask;
            }
        };

        Assert.Equal(["a", "d", "b", "e", "c"], await StreamedAsync());
    }

    [Fact]
    public async Task Stream_PartitionAnswersFewerThanCounted_AsksAgain()
    {
        _cluster.Fill(0, Result("a", 1));
        int asked = 0;
        _cluster.Before = call =>
        {
            if (call == "final 0 from 1 count 1" && ++asked == 3)
            {
                _cluster.Fill(0, Result("b", 2));
            }

            return Task.CompletedTask;
        };
        _cluster.Batch("batch").Script(View(1, BatchPhase.Running, 1), Finished(2, 2));

        Assert.Equal(["a", "b"], await StreamedAsync());
        Assert.Equal(3, asked);
    }

    [Fact]
    public async Task Stream_CountedResultsAreMissing_FailsLoudlyAfterWhatIsThere()
    {
        _cluster.Fill(0, Result("a", 1));
        _cluster.Batch("batch").Script(Finished(2, 2));
        List<string> seen = [];

        await Assert.ThrowsAsync<BatchDataLostException>(async () =>
        {
            await foreach (InstanceResult result in _cluster.Run().StreamAsync())
            {
                seen.Add(result.Id);
            }
        });

        Assert.Equal(["a"], seen);
    }

    [Fact]
    public async Task Stream_OfManyResults_ReadsAPageAtATime()
    {
        _cluster.Fill(0, Enumerable.Range(0, 2_000).Select(i => Result($"i{i}", i)));
        _cluster.Batch("batch").Script(Finished(1, 2_000));

        await using IAsyncEnumerator<InstanceResult> results = _cluster.Run().StreamAsync().GetAsyncEnumerator();
        Assert.True(await results.MoveNextAsync());

        Assert.Equal(["watch -1", "final 0 from 0 count 512"], _cluster.Calls);
    }

    [Fact]
    public async Task Stream_AnyScheduleOfCommitsViewsAndFaults_YieldsEachOnceInOrder() => await Gen.Select(
        Gen.Select(Gen.Int[0, 3], Gen.Bool).Array[1, 60], Gen.Int[1, 5], Gen.Int[0, 1_000_000]).SampleAsync(async (commits, pageSize, seed) =>
        {
            FakeCluster cluster = new();
            List<string> committed = [];
            List<BatchView> views = [];
            int[] final = new int[4];
            foreach ((int partition, bool look) in commits)
            {
                string id = $"i{committed.Count}";
                cluster.Fill(partition, Result(id, committed.Count));
                committed.Add(id);
                final[partition]++;
                if (look)
                {
                    // Versions begin anew now and then, as they do when an activation moves.
                    views.Add(View((seed + views.Count) % 3, BatchPhase.Running, [.. final]));
                }
            }

            cluster.Batch("batch").Script([.. views, Finished(views.Count, final)]);
            for (int p = 0; p < final.Length; p++)
            {
                cluster.Partition("batch", Digest, p).PageSize = pageSize;
            }

            Random random = new(seed);
            cluster.Before = _ =>
            {
                lock (random)
                {
                    return random.Next(4) == 0 ? Task.FromException(SiloLost()) : Task.CompletedTask;
                }
            };

            Assert.Equal(committed, await cluster.Run().StreamAsync().Select(r => r.Id).ToListAsync());
        },
        iter: 300);

    private async Task<List<string>> StreamedAsync() => await _cluster.Run().StreamAsync().Select(r => r.Id).ToListAsync();
}
