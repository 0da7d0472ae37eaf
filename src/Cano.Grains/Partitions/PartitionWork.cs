using System.Diagnostics;

namespace Cano;

/// <summary>
/// A partition at work: its state, the runs of its instances and its results, put together. Its holder plans and writes: the partition
/// itself, or the batch that hosts it.
/// </summary>
internal sealed class PartitionWork
{
    private readonly string _key;
    private readonly string _batchId;
    private readonly PartitionServices _services;
    private readonly InstanceRuns _runs;
    private LastingSpan? _span;

    /// <summary>Begins with what is durable.</summary>
    /// <param name="key">The partition's key.</param>
    /// <param name="spec">The instances.</param>
    /// <param name="durable">The results so far.</param>
    /// <param name="isOwner">True: this activation has written the instances itself.</param>
    /// <param name="reads">Where results are read from.</param>
    /// <param name="maxAddedBytes">About how many bytes of results one write adds at most.</param>
    /// <param name="services">What all partitions of a silo use.</param>
    /// <param name="changed">Called after each change of the state.</param>
    /// <param name="failed">Called when something fails that no repetition mends.</param>
    internal PartitionWork(
        string key,
        PartitionSpec spec,
        ResultIndex durable,
        bool isOwner,
        IPartitionReads reads,
        int maxAddedBytes,
        PartitionServices services,
        Action changed,
        Action<Exception> failed)
    {
        _key = key;
        _batchId = spec.BatchId;
        _services = services;
        Log = new(key, durable, reads, services.Segments);
        Log.Remember(spec);
        State = new(durable, isOwner, maxAddedBytes);
        _runs = new(key, State, () => Log.ReadSpecAsync().AsTask(), services) { Changed = changed, Failed = failed };
    }

    internal PartitionState State { get; }

    internal ResultLog Log { get; }

    /// <summary>Since when an instance runs; null if it does not.</summary>
    internal DateTimeOffset? RunningSince(int index) => State.Window.RunningSince(index);

    /// <summary>Takes in orders whose epoch is obeyed, and has the runs act on them.</summary>
    internal void Apply(PartitionOrders orders)
    {
        switch (State.ApplyOrders(orders, _services.Clock.GetUtcNow()))
        {
            case RunOrder.Start:
                _span ??= LastingSpan.Begin(Spans.Partition, ActivityKind.Internal, _batchId, orders.TraceParent)
                    ?.With(TelemetryNames.FirstInstance, State.Durable.FirstOrdinal);
                _runs.Start(_span?.TraceParent, _span is null ? null : orders.Baggage);
                break;
            case RunOrder.Stop:
                _runs.Stop();
                break;
        }
    }

    /// <summary>What to write next, with all that can go with it.</summary>
    internal PartitionCommit PlanCommit() => State.PlanCommit(_services.Clock.GetUtcNow());

    /// <summary>Writes a commit to a row of its own, and applies it.</summary>
    /// <param name="commit">The commit.</param>
    /// <param name="rows">Where it is written.</param>
    /// <param name="isAlive">Whether the holder goes on: it may end while the write is under way.</param>
    /// <param name="end">Ends the holder, since the outcome of the write is unknown.</param>
    /// <returns>True: it was applied.</returns>
    internal async Task<bool> CommitAsync(PartitionCommit commit, IPartitionRows rows, Func<bool> isAlive, Action<Exception> end)
    {
        TimeSpan begun = _services.Elapsed;
        try
        {
            await rows.WriteSegmentAsync(commit.Number, commit.Segment);
        }
        catch (Exception exception)
        {
            end(exception);
            return false;
        }

        if (!isAlive())
        {
            return false;
        }

        Applied(commit, begun);
        return true;
    }

    /// <summary>A commit is durable.</summary>
    /// <param name="commit">The commit.</param>
    /// <param name="begun">When its write began, as <see cref="PartitionServices.Elapsed"/>.</param>
    internal void Applied(PartitionCommit commit, TimeSpan begun)
    {
        TimeSpan now = _services.Elapsed;
        State.Applied(commit, now);
        _services.Metrics.Committed(State.Durable, commit, now - begun);
        if (commit.Segment.IsFull)
        {
            _services.Segments.Keep(_key, commit.Number, commit.Segment);
        }

        if (State.Durable.IsFinal)
        {
            _span?.End();
        }

        _runs.Committed(commit.Taken);
    }

    /// <summary>Nothing is started any more; what runs goes on.</summary>
    internal void Abandon()
    {
        _runs.Abandon();
        _span?.End();
    }
}
