namespace Cano;

/// <summary>
/// The rule by which batches share the slots of a silo. Pure: it only counts, and is to be used by one thread at a time;
/// <see cref="InstanceSlots"/> is its driver.
/// </summary>
/// <remarks>
/// <para>
/// While slots are free, any batch may take them: a batch that is alone on an idle silo gets all. Of the batches that wait, the one with
/// the
/// fewest slots is next; among equals the one that has waited longest.
/// </para>
/// <para>
/// When none is free, a batch may still take one up to its reserve, and up to its fair share: the limit divided by the number of batches
/// that
/// run or wait. The slots beyond the limit are the overdraft. It is needed because instances that run on borrowed slots may run for hours,
/// and
/// are not interrupted. It is repaid as instances end: a batch above its share gets no slot before the total is below the limit again.
/// </para>
/// <para>
/// The total is at most twice the limit, reserves aside. That suffices where one batch has all slots and any number of others come
/// together.
/// Where batches come one after the other, each takes its share at once, and no instance ends, it suffices for three (1 + 1/2 + 1/3); the
/// fourth gets the rest of the overdraft, its reserve, and then what comes back.
/// </para>
/// </remarks>
/// <typeparam name="TBatch">What the driver keeps of a batch.</typeparam>
/// <param name="limit">How many slots there are; at least 1.</param>
/// <param name="reserved">How many each batch may take in any case.</param>
internal sealed class FairShares<TBatch>(int limit, int reserved)
    where TBatch : BatchShare
{
    /// <summary>The batches that wait; first the one that is next.</summary>
    private readonly SortedSet<TBatch> _waiting = new(Comparer<TBatch>.Create(static (one, other) => one.Rank.CompareTo(other.Rank)));

    private long _turns;

    /// <summary>How many slots are taken.</summary>
    internal int Taken { get; private set; }

    /// <summary>How many batches hold a slot or wait for one.</summary>
    internal int Batches { get; private set; }

    /// <summary>Takes a slot for a batch of which no instance waits, if it may have one now.</summary>
    internal bool TryTake(TBatch batch)
    {
        if (batch.Waiting > 0 || !MayTake(batch.Running, Taken, batch.IsIdle ? Batches + 1 : Batches))
        {
            return false;
        }

        Enter(batch);
        Take(batch);
        return true;
    }

    /// <summary>One more instance of the batch waits.</summary>
    internal void Wait(TBatch batch)
    {
        Enter(batch);
        if (batch.Waiting++ == 0)
        {
            batch.Rank = (batch.Running, _turns++);
            _waiting.Add(batch);
        }
    }

    /// <summary>
    /// An instance of the batch no longer waits, and got no slot. Others may be entitled to more now: see <see cref="TakeNext"/>.
    /// </summary>
    internal void Withdraw(TBatch batch)
    {
        if (--batch.Waiting == 0)
        {
            _waiting.Remove(batch);
        }

        LeaveIfIdle(batch);
    }

    /// <summary>A slot comes back. Others may be entitled to it now: see <see cref="TakeNext"/>.</summary>
    internal void Return(TBatch batch)
    {
        Taken--;
        Move(batch, -1, batch.Rank.Turn);
        LeaveIfIdle(batch);
    }

    /// <summary>Takes a slot for the batch that is next, on behalf of one of its instances that wait.</summary>
    /// <returns>The batch; null when none of those that wait may have a slot now.</returns>
    internal TBatch? TakeNext()
    {
        // The conditions are the easier to meet the fewer slots a batch has: if the first may take none, no other may.
        if (_waiting.Min is not { } next || !MayTake(next.Running, Taken, Batches))
        {
            return null;
        }

        if (--next.Waiting == 0)
        {
            _waiting.Remove(next);
        }

        Take(next);
        return next;
    }

    /// <summary>
    /// Whether a batch that returned a slot would be the one to get it: then it may use it for another instance as it is.
    /// </summary>
    internal bool MayKeep(TBatch batch) =>
        MayTake(batch.Running - 1, Taken - 1, Batches)
            && (_waiting.Min is not { } next || next == batch || next.Running >= batch.Running);

    private bool MayTake(int running, int taken, int batches) =>
        taken < limit || running < reserved || (taken < 2L * limit && running < Math.Max(1, limit / batches));

    private void Take(TBatch batch)
    {
        Taken++;
        Move(batch, +1, _turns++);
    }

    /// <summary>Changes how many slots a batch has, and its rank among those that wait accordingly.</summary>
    private void Move(TBatch batch, int change, long turn)
    {
        if (batch.Waiting > 0)
        {
            _waiting.Remove(batch);
        }

        batch.Running += change;
        batch.Rank = (batch.Running, turn);
        if (batch.Waiting > 0)
        {
            _waiting.Add(batch);
        }
    }

    private void Enter(TBatch batch)
    {
        if (batch.IsIdle)
        {
            Batches++;
        }
    }

    private void LeaveIfIdle(TBatch batch)
    {
        if (batch.IsIdle)
        {
            Batches--;
        }
    }
}
