using Microsoft.Extensions.Options;

namespace Cano;

/// <summary>
/// Which instances may run on this silo: <see cref="CanoOptions.MaxRunningInstances"/> of them, shared among the batches as <see
/// cref="FairShares{TBatch}"/> says. Safe for concurrent use.
/// </summary>
/// <remarks>
/// Within a batch a slot goes to the instance that is first in the order submitted, give or take a few partitions: they are finished one
/// after the other, and the results of each come close together and share writes.
/// </remarks>
internal sealed class InstanceSlots
{
    /// <summary>
    /// Instances this close in the order submitted are served as they ask: four partitions, each of which hands out work on a thread of its
    /// own.
    /// </summary>
    private const int Abreast = 4 * PartitionSpec.MaxInstances;

    private readonly Lock _gate = new();
    private readonly Dictionary<string, BatchQueue> _batches = new(StringComparer.Ordinal);
    private readonly FairShares<BatchQueue> _shares;
    private readonly int _givenUpLimit;
    private int _givenUp;
    private volatile bool _closed;

    public InstanceSlots(IOptions<CanoOptions> options)
    {
        _shares = new(options.Value.MaxRunningInstances, options.Value.ReservedPerBatch);
        _givenUpLimit = options.Value.MaxGivenUpRuns;
    }

    /// <summary>How many slots are taken.</summary>
    internal int Running
    {
        get
        {
            lock (_gate)
            {
                return _shares.Taken;
            }
        }
    }

    /// <summary>How many batches have a slot or wait for one.</summary>
    internal int BatchCount
    {
        get
        {
            lock (_gate)
            {
                return _batches.Count;
            }
        }
    }

    /// <summary>How many cancelled runs have not ended yet.</summary>
    internal int GivenUp => Volatile.Read(ref _givenUp);

    /// <summary>True once the silo stops: no instance is started or asked again from here.</summary>
    internal bool IsClosed => _closed;

    private bool MayStart => !_closed && _givenUp < _givenUpLimit;

    /// <summary>The silo stops. What waits for a slot gets none any more.</summary>
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
    /// <param name="cancellationToken">Ends the waiting. A slot that was granted before that is the caller's all the same.</param>
    /// <returns>The slot; disposing it, once or more often, gives it back.</returns>
    internal ValueTask<Slot> AcquireAsync(string batchId, int place, CancellationToken cancellationToken = default)
    {
        if (cancellationToken.IsCancellationRequested)
        {
            return ValueTask.FromCanceled<Slot>(cancellationToken);
        }

        lock (_gate)
        {
            BatchQueue batch = BatchOf(batchId);
            if (MayStart && _shares.TryTake(batch))
            {
                return new(new Slot(this, batch));
            }

            Waiter waiter = new(this, batch, cancellationToken);
            batch.Waiters.Enqueue(waiter, (place / Abreast, batch.Asked++));
            _shares.Wait(batch);
            waiter.HeedToken();
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

    private bool MayPass(BatchQueue batch, int place)
    {
        lock (_gate)
        {
            return MayStart && _shares.MayKeep(batch)
                && (!batch.Waiters.TryPeek(out _, out (int Group, long Turn) first) || place / Abreast <= first.Group);
        }
    }

    private void Release(BatchQueue batch)
    {
        lock (_gate)
        {
            _shares.Return(batch);
            ForgetIfIdle(batch);
            ServeWaiting();
        }
    }

    private void Withdraw(Waiter waiter)
    {
        lock (_gate)
        {
            if (waiter.Batch.Waiters.Remove(waiter, out _, out _))
            {
                _shares.Withdraw(waiter.Batch);
                ForgetIfIdle(waiter.Batch);
                waiter.SetCanceled(waiter.CancellationToken);
                ServeWaiting();
            }
        }
    }

    private void ServeWaiting()
    {
        while (MayStart && _shares.TakeNext() is { } batch)
        {
            batch.Waiters.Dequeue().Grant();
        }
    }

    private BatchQueue BatchOf(string batchId)
    {
        if (!_batches.TryGetValue(batchId, out BatchQueue? batch))
        {
            _batches[batchId] = batch = new(batchId);
        }

        return batch;
    }

    private void ForgetIfIdle(BatchQueue batch)
    {
        if (batch.IsIdle)
        {
            _batches.Remove(batch.Id);
        }
    }

    /// <summary>The right of one instance to run.</summary>
    internal sealed class Slot(InstanceSlots slots, BatchQueue batch) : IDisposable
    {
        private int _given;

        /// <summary>
        /// Whether the batch's instance at a place may run on this slot as it is: true if it would come next anyhow, so that none is passed
        /// over.
        /// </summary>
        /// <remarks>Giving it back and waiting for it again would cost each instance a wake-up.</remarks>
        internal bool MayPassTo(int place) => slots.MayPass(batch, place);

        public void Dispose()
        {
            if (Interlocked.Exchange(ref _given, 1) == 0)
            {
                slots.Release(batch);
            }
        }
    }

    /// <summary>A batch that has slots here or waits for them.</summary>
    internal sealed class BatchQueue(string id) : BatchShare
    {
        internal string Id => id;

        /// <summary>How many of its instances have waited in all.</summary>
        internal long Asked { get; set; }

        /// <summary>Those that wait now; there are as many as <see cref="BatchShare.Waiting"/> says.</summary>
        internal PriorityQueue<Waiter, (int Group, long Turn)> Waiters { get; } = new();
    }

    /// <summary>An instance that waits for a slot. Its members are called with the gate held.</summary>
    internal sealed class Waiter(InstanceSlots slots, BatchQueue batch, CancellationToken cancellationToken)
        : TaskCompletionSource<Slot>(TaskCreationOptions.RunContinuationsAsynchronously)
    {
        private CancellationTokenRegistration _registration;

        internal BatchQueue Batch => batch;

        internal CancellationToken CancellationToken => cancellationToken;

        /// <summary>From now on the token ends the waiting; at once, if it is signalled already.</summary>
        internal void HeedToken() => _registration = cancellationToken.UnsafeRegister(static state => ((Waiter)state!).Withdraw(), this);

        internal void Grant()
        {
            // Not Dispose: that waits for a callback under way, which may itself wait for the gate.
            _registration.Unregister();
            SetResult(new(slots, batch));
        }

        private void Withdraw() => slots.Withdraw(this);
    }
}
