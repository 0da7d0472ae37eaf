using Orleans.Runtime;
using Orleans.Runtime.Messaging;
using Orleans.Storage;
using static Cano.Content.Submissions;

namespace Cano.Calls;

public class BatchClientTests
{
    private readonly FakeCluster _cluster = new();
    private readonly InstantTime _time = new();

    [Fact]
    public async Task Start_OnePartition_IsOneCall()
    {
        PreparedBatch batch = PreparedBatch.From(OfCount(3));

        BatchStatus status = await Client().StartAsync(batch);

        Assert.Equal(["start"], _cluster.Calls);
        Assert.Equal(("batch", 3), (status.Id, status.Total));
        Assert.Same(batch.Header, _cluster.Batch("batch").Header);
        Assert.Equal(["i0", "i1", "i2"], _cluster.Batch("batch").Only!.Instances.Select(i => i.Id));
    }

    [Fact]
    public async Task Start_SeveralPartitions_AsksSendsThemAllThenStarts()
    {
        PreparedBatch batch = PreparedBatch.From(OfCount(6_500));

        await Client().StartAsync(batch);

        Assert.Equal("prepare", _cluster.Calls[0]);
        Assert.Equal(Enumerable.Range(0, 7).Select(i => $"prepare {i}"), _cluster.Calls.Skip(1).Take(7).Order());
        Assert.Equal(["start"], _cluster.Calls.Skip(8));
        Assert.Null(_cluster.Batch("batch").Only);
        Assert.Equal(
            OfCount(6_500).Instances.Select(i => i.Id),
            Enumerable.Range(0, 7).SelectMany(p => _cluster.Partition("batch", batch.Header.Digest, p).Spec!.Instances).Select(i => i.Id));
    }

    [Fact]
    public async Task Start_SeveralPartitions_SendsOnlyAFewAtOnce()
    {
        TaskCompletionSource some = new(TaskCreationOptions.RunContinuationsAsynchronously);
        TaskCompletionSource held = new();
        int sending = 0;
        bool tooMany = false;
        _cluster.Before = async call =>
        {
            if (call.StartsWith("prepare ", StringComparison.Ordinal))
            {
                int now = Interlocked.Increment(ref sending);
                tooMany |= now > BatchStart.PartitionsAtOnce;
                if (now >= BatchStart.PartitionsAtOnce)
                {
                    some.TrySetResult();
                }

                await held.Task;
                Interlocked.Decrement(ref sending);
            }
        };

        Task start = Client().StartAsync(PreparedBatch.From(OfCount(20_000)));
        await some.Task;
        held.SetResult();
        await start;

        Assert.False(tooMany);
    }

    [Fact]
    public async Task Start_BatchExists_SendsNothingMore()
    {
        PreparedBatch batch = PreparedBatch.From(OfCount(2_000));
        await Client().StartAsync(batch);

        BatchStatus again = await Client().StartAsync(PreparedBatch.From(OfCount(2_000)));

        Assert.Equal(["prepare"], _cluster.Calls.Skip(4));
        Assert.Equal(2_000, again.Total);
    }

    [Fact]
    public async Task StartOrJoin_OfASmallBatch_TellsWhetherItWasThere()
    {
        PreparedBatch batch = PreparedBatch.From(OfCount(2));

        Assert.False((await Client().StartOrJoinAsync(batch)).Joined);
        Assert.True((await Client().StartOrJoinAsync(batch)).Joined);
        Assert.Equal(["prepare", "start", "prepare"], _cluster.Calls);
        Assert.Equal(2, _cluster.Batch("batch").Only!.Instances.Length);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(1_500)]
    public async Task Start_OtherContentUnderTheId_IsAConflict(int count)
    {
        await Client().StartAsync(PreparedBatch.From(OfCount(count)));

        BatchConflictException exception =
            await Assert.ThrowsAsync<BatchConflictException>(() => Client().StartAsync(PreparedBatch.From(OfCount(count, "1"))));

        Assert.Equal(("batch", ErrorCodes.BatchConflict), (exception.BatchId, exception.Code));
        Assert.Empty(_time.Waits);
    }

    public static TheoryData<Exception> Transient() =>
    [
        new TimeoutException(),

        // Orleans', not the caller's.
        new TaskCanceledException(),
        new SiloUnavailableException("gone"),
        new ConnectionFailedException("refused"),
        new GatewayTooBusyException(),
        new InconsistentStateException("superseded"),
    ];

    [Theory]
    [MemberData(nameof(Transient), DisableDiscoveryEnumeration = true)]
    public async Task Start_ClusterDoesNotAnswerOnce_IsAskedAgain(Exception fault)
    {
        HashSet<string> failed = [];
        _cluster.Before = call =>
        {
            lock (failed)
            {
                return failed.Add(call) ? Task.FromException(fault) : Task.CompletedTask;
            }
        };

        await Client().StartAsync(PreparedBatch.From(OfCount(1_500)));

        Assert.Equal(["prepare", "prepare", "prepare 0", "prepare 0", "prepare 1", "prepare 1", "start", "start"], _cluster.Calls.Order());
        Assert.Equal(4, _time.Waits.Count);
    }

    [Fact]
    public async Task Start_ReplyIsLost_JoinsWhatItStarted()
    {
        bool lost = false;
        PreparedBatch batch = PreparedBatch.From(OfCount(1));
        _cluster.Before = async call =>
        {
            if (call == "start" && !lost)
            {
                // The grain gets it all; only the reply is lost.
                lost = true;
                await _cluster.Batch("batch").StartAsync(batch.Header, batch.Partition(0));
                throw new TimeoutException();
            }
        };

        BatchStatus status = await Client().StartAsync(batch);

        Assert.Equal(1, status.Total);
        Assert.Equal(3, _cluster.Calls.Count);
    }

    [Fact]
    public async Task Start_ClusterNeverAnswers_ThrowsWhatOrleansThrew()
    {
        _cluster.Before = _ => Task.FromException(new SiloUnavailableException("gone"));

        await Assert.ThrowsAsync<SiloUnavailableException>(() => Client().StartAsync(PreparedBatch.From(OfCount(1))));

        Assert.InRange(_cluster.Calls.Count, 25, 60);
        Assert.InRange(_time.Waits.Aggregate(TimeSpan.Zero, (sum, wait) => sum + wait), GrainCalls.Patience - TimeSpan.FromSeconds(1), GrainCalls.Patience + TimeSpan.FromSeconds(3));
    }

    [Fact]
    public async Task Start_GrainRefuses_IsNotAskedAgain()
    {
        _cluster.Before = _ => Task.FromException(new WorkflowNotRegisteredException("w", ["a", "b"]));

        WorkflowNotRegisteredException exception =
            await Assert.ThrowsAsync<WorkflowNotRegisteredException>(() => Client().StartAsync(PreparedBatch.From(OfCount(1_500))));

        Assert.Equal("w", exception.Workflow);
        Assert.Equal(["prepare"], _cluster.Calls);
    }

    [Fact]
    public async Task Start_APartitionIsRefused_DoesNotStart()
    {
        _cluster.Before = call => call == "prepare 1" ? Task.FromException(new BatchPurgedException("batch")) : Task.CompletedTask;

        await Assert.ThrowsAsync<BatchPurgedException>(() => Client().StartAsync(PreparedBatch.From(OfCount(3_000))));

        Assert.DoesNotContain("start", _cluster.Calls);
    }

    [Fact]
    public async Task Start_CancelledWhileItSends_StartsNothing()
    {
        using CancellationTokenSource source = new();
        TaskCompletionSource never = new();
        _cluster.Before = async call =>
        {
            if (call == "prepare 2")
            {
                await source.CancelAsync();
                await never.Task;
            }
        };

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => Client().StartAsync(PreparedBatch.From(OfCount(3_000)), source.Token));

        Assert.DoesNotContain("start", _cluster.Calls);
    }

    private BatchClient Client() => new(_cluster.Factory, new GrainCalls(_time));
}
