using Microsoft.Extensions.Options;

namespace Cano;

/// <summary>
/// Which instances may run on this silo: at most <see cref="CanoOptions.MaxRunningInstances"/>, shared fairly, where every batch may always run
/// <see cref="CanoOptions.ReservedPerBatch"/> of its own. Safe for concurrent use.
/// </summary>
/// <remarks>
/// A free slot goes to the batches that wait in turn, one each, so that a large batch does not starve those that came after it. Within a batch it goes to whoever is first in
/// the order submitted, give or take a few partitions: they are finished one after the other, and the results of each come close together and share writes.
/// </remarks>
internal sealed class InstanceSlots
{
    /// <summary>
    /// Instances this close in the order submitted are served as they ask: some four partitions, so that several of them, each on a thread of its own, hand out work at once.
    /// </summary>
    private const int Abreast = 4 * PartitionSpec.MaxInstances;

    private readonly Lock _gate = new();
    private readonly Dictionary<string, BatchShare> _batches = new(StringComparer.Ordinal);
    private readonly Queue<BatchShare> _turns = new();
    private readonly int _limit;
    private readonly int _reserved;
    private readonly int _givenUpLimit;
    private int _running;
    private int _givenUp;
    private volatile bool _closed;

    public InstanceSlots(IOptions<CanoOptions> options)
    {
        _limit = options.Value.MaxRunningInstances;
        _reserved = options.Value.ReservedPerBatch;
        _givenUpLimit = options.Value.MaxGivenUpRuns;
    }

    /// <summary>How many slots are taken.</summary>
    internal int Running => Volatile.Read(ref _running);

    /// <summary>How many cancelled runs have not ended yet.</summary>
    internal int GivenUp => Volatile.Read(ref _givenUp);

    /// <summary>True once the silo stops: no instance is started or asked again from here.</summary>
    internal bool IsClosed => _closed;

    /// <summary>The silo stops. Whoever waits for a slot gets none any more.</summary>
    internal void Close()
    {
        lock (_gate)
        {
            _closed = true;
        }
    }

    /// <summary>Takes a slot, as soon as there is one for this batch.</summary>
    /// <param name="batchId">The batch.</param>
    /// <param name="place">The place of the instance in its batch: low ones are served first.</param>
    /// <returns>The slot; disposing it, once or more often, gives it back.</returns>
    internal ValueTask<Slot> AcquireAsync(string batchId, int place)
    {
        lock (_gate)
        {
            BatchShare share = ShareOf(batchId);
            if (share.Waiting.Count == 0 && MayRun(share))
            {
                return new(Take(share));
            }

            TaskCompletionSource<Slot> waiter = new(TaskCreationOptions.RunContinuationsAsynchronously);
            share.Waiting.Enqueue(waiter, (place / Abreast, share.Asked++));
            if (share.Waiting.Count == 1)
            {
                _turns.Enqueue(share);
            }

            return new(waiter.Task);
        }
    }

    /// <summary>A cancelled run goes on: it holds no slot, but it is counted until <see cref="GivenUpRunEnded"/>.</summary>
    internal void RunGivenUp()
    {
        lock (_gate)
        {
            _givenUp++;
        }
    }

    internal void GivenUpRunEnded()
    {
        lock (_gate)
        {
            _givenUp--;
            ServeWaiting();
        }
    }

    private bool MayPass(BatchShare share, int place)
    {
        lock (_gate)
        {
            return !IsClosed && _givenUp < _givenUpLimit && (_running <= _limit || share.Running <= _reserved)
                && (_turns.Count == 0 || (_turns.Count == 1 && share.Waiting.TryPeek(out _, out (int Group, long Turn) first) && place / Abreast <= first.Group));
        }
    }

    private void Release(BatchShare share)
    {
        lock (_gate)
        {
            _running--;
            share.Running--;
            if (share is { Running: 0, Waiting.Count: 0 })
            {
                _batches.Remove(share.BatchId);
            }

            ServeWaiting();
        }
    }

    private bool MayRun(BatchShare share) => !IsClosed && _givenUp < _givenUpLimit && (_running < _limit || share.Running < _reserved);

    /// <summary>Goes once around the batches that wait, giving each at most one slot a turn, until a whole round gave none.</summary>
    private void ServeWaiting()
    {
        for (int refused = 0; refused < _turns.Count;)
        {
            BatchShare share = _turns.Dequeue();
            if (!MayRun(share))
            {
                _turns.Enqueue(share);
                refused++;
                continue;
            }

            refused = 0;
            TaskCompletionSource<Slot> waiter = share.Waiting.Dequeue();
            if (share.Waiting.Count > 0)
            {
                _turns.Enqueue(share);
            }

            waiter.SetResult(Take(share));
        }
    }

    private Slot Take(BatchShare share)
    {
        _running++;
        share.Running++;
        return new(this, share);
    }

    private BatchShare ShareOf(string batchId)
    {
        if (!_batches.TryGetValue(batchId, out BatchShare? share))
        {
            _batches[batchId] = share = new(batchId);
        }

        return share;
    }

    /// <summary>The right of one instance to run.</summary>
    internal sealed class Slot(InstanceSlots slots, BatchShare share) : IDisposable
    {
        private int _given;

        /// <summary>Whether the batch's instance at a place may run on this slot as it is: true if it would come next anyhow, so that nobody who waits is passed over.</summary>
        /// <remarks>Giving it back and waiting for it again would cost each instance a wake-up.</remarks>
        internal bool MayPassTo(int place) => slots.MayPass(share, place);

        public void Dispose()
        {
            if (Interlocked.Exchange(ref _given, 1) == 0)
            {
                slots.Release(share);
            }
        }
    }

    internal sealed class BatchShare(string batchId)
    {
        internal string BatchId => batchId;

        internal int Running { get; set; }

        /// <summary>How many have waited in all.</summary>
        internal long Asked { get; set; }

        internal PriorityQueue<TaskCompletionSource<Slot>, (int Group, long Turn)> Waiting { get; } = new();
    }
}
