namespace Cano;

/// <summary>
/// How many successes of each partition are admitted toward the quota. Pure: reports in, numbers out.
/// The rules are those of the admission protocol (docs/protocol.md): never more than the quota is admitted in all, an admission belongs to
/// one activation of a partition (its fence), and after a change of the batch's own activation nothing is admitted until every partition
/// has said what it holds.
/// </summary>
internal sealed class Admission
{
    private readonly int _quota;
    private readonly int[] _admitted;
    private readonly int[] _successes;
    private readonly int[] _fences;
    private int _unheard;
    private int _admittedInAll;

    /// <summary>Begins to count.</summary>
    /// <param name="quota">How many may be admitted; <see cref="int.MaxValue"/>: there is no quota.</param>
    /// <param name="partitions">How many partitions there are.</param>
    /// <param name="fresh">True: this activation created the batch, so no earlier one has admitted anything and every partition's first
    /// activation has fence 1.</param>
    internal Admission(int quota, int partitions, bool fresh)
    {
        _quota = quota;
        _admitted = new int[partitions];
        _successes = new int[partitions];
        _fences = new int[partitions];
        if (fresh)
        {
            Array.Fill(_fences, 1);
        }
        else
        {
            _unheard = partitions;
        }
    }

    /// <summary>True once every partition has said what it holds: before, nothing is admitted.</summary>
    internal bool IsRecounted => _unheard == 0;

    /// <summary>True while a quota is left to give out.</summary>
    internal bool HasFree => _quota > _admittedInAll;

    /// <summary>True once the whole quota is given out.</summary>
    internal bool IsSpent => HasQuota && !HasFree;

    private bool HasQuota => _quota != int.MaxValue;

    internal int FenceOf(int partition) => _fences[partition];

    /// <summary>Takes in what an activation of a partition says.</summary>
    /// <returns>False: a later activation has spoken; this one does not count.</returns>
    internal bool Hear(int partition, int fence, int completed, int admitted, int successes)
    {
        if (fence < _fences[partition])
        {
            return false;
        }

        if (fence > _fences[partition])
        {
            // What was admitted for its predecessor and not committed by it is void: the predecessor can't write any more.
            _unheard -= _fences[partition] == 0 ? 1 : 0;
            _fences[partition] = fence;
            if (HasQuota)
            {
                SetAdmitted(partition, Math.Max(admitted, completed));
            }
        }

        _successes[partition] = successes;
        return true;
    }

    /// <summary>Admits what can be admitted of a partition's successes.</summary>
    /// <returns>How many of the partition's successes are admitted in all.</returns>
    internal int Admit(int partition)
    {
        if (!HasQuota)
        {
            return int.MaxValue;
        }

        if (IsRecounted)
        {
            int free = Math.Max(0, _quota - _admittedInAll);
            int wanted = Math.Min(_successes[partition], _admitted[partition] + free);
            SetAdmitted(partition, Math.Max(wanted, _admitted[partition]));
        }

        return _admitted[partition];
    }

    /// <summary>True: the partition has successes that wait for admission.</summary>
    internal bool IsWaiting(int partition) => HasQuota && _successes[partition] > _admitted[partition];

    /// <summary>A partition will never speak: its rows are gone. What was admitted of it is free again.</summary>
    internal void GiveUp(int partition)
    {
        _unheard -= _fences[partition] == 0 ? 1 : 0;
        _fences[partition] = int.MaxValue;
        _successes[partition] = 0;
        SetAdmitted(partition, 0);
    }

    private void SetAdmitted(int partition, int count)
    {
        _admittedInAll += count - _admitted[partition];
        _admitted[partition] = count;
    }
}
