namespace Cano;

/// <summary>
/// What is durable of a partition, as this activation knows it, without the results themselves: which instance has a result, in which
/// segment, the fence, the epoch, the seal. Only the last segment of the chain is kept whole, because it is written again. Pure: segments
/// in, answers out.
/// </summary>
internal sealed class ResultIndex
{
    private const short None = -1;

    private readonly List<int> _order = [];
    private readonly short[] _segmentOf;
    private readonly short[] _positionOf;
    private readonly bool[] _succeeded;
    private readonly PartitionNames _names;

    internal ResultIndex(PartitionSpec spec)
    {
        _names = new(spec);
        Count = spec.Instances.Length;
        FirstOrdinal = spec.FirstOrdinal;
        _segmentOf = new short[Count];
        _positionOf = new short[Count];
        _succeeded = new bool[Count];
        Array.Fill(_segmentOf, None);
    }

    internal PartitionNames Names => _names;

    /// <summary>How many instances there are.</summary>
    internal int Count { get; }

    /// <summary>The place in the batch of the first instance.</summary>
    internal int FirstOrdinal { get; }

    internal int Completed { get; private set; }

    internal int Failed => _order.Count - Completed;

    internal Seal? Seal { get; private set; }

    /// <summary>True once nothing can change any more: it was sealed, or every instance has a result.</summary>
    internal bool IsFinal => Seal is not null || _order.Count == Count;

    /// <summary>How many outcomes are final.</summary>
    internal int FinalCount => IsFinal ? Count : _order.Count;

    /// <summary>How many are cancelled, durably.</summary>
    internal int Cancelled => FinalCount - _order.Count;

    /// <summary>The fence that is durable.</summary>
    internal int Fence { get; private set; } = 1;

    /// <summary>The highest epoch of the batch that was obeyed, durably.</summary>
    internal long Epoch { get; private set; } = 1;

    /// <summary>The incarnation of the batch that the segments belong to; null while there are none, and for batches without one.</summary>
    internal string? Incarnation { get; private set; }

    /// <summary>The places of the results, in the order in which they were committed.</summary>
    internal IReadOnlyList<int> Order => _order;

    /// <summary>The instance whose success was committed last; null if there is none.</summary>
    internal string? LastCompleted { get; private set; }

    /// <summary>The instance whose result was committed last; null if there is none.</summary>
    internal string? LastFinal { get; private set; }

    /// <summary>When that was.</summary>
    internal DateTimeOffset? LastFinalAt { get; private set; }

    /// <summary>How many failures outside the sample have their path stored.</summary>
    internal int KeptFailurePaths { get; private set; }

    /// <summary>The last segment of the chain; null while there is none.</summary>
    internal Segment? Last { get; private set; }

    /// <summary>The number of <see cref="Last"/>; -1 while there is none.</summary>
    internal int LastSegment { get; private set; } = None;

    internal bool HasResult(int index) => _segmentOf[index] != None;

    internal bool IsSuccess(int index) => _succeeded[index];

    /// <summary>The segment that holds an instance's result; -1 if it has none.</summary>
    internal int SegmentOf(int index) => _segmentOf[index];

    /// <summary>The place of an instance's result in its segment.</summary>
    internal int PositionOf(int index) => _positionOf[index];

    /// <summary>Takes in a segment that was read.</summary>
    /// <returns>False: it belongs to another incarnation than those before it, so the chain ends before it.</returns>
    internal bool TryTake(int number, Segment segment)
    {
        if (Last is not null && segment.Incarnation != Incarnation)
        {
            return false;
        }

        Take(number, segment, segment.Results);
        return true;
    }

    /// <summary>Takes in a segment that was written.</summary>
    /// <param name="number">Its number in the chain.</param>
    /// <param name="segment">The whole segment.</param>
    /// <param name="added">The results that are new in it.</param>
    internal void Take(int number, Segment segment, ReadOnlySpan<StoredResult> added)
    {
        Last = segment;
        LastSegment = number;
        Fence = segment.Fence;
        Epoch = segment.Epoch;
        Seal = segment.Seal;
        Incarnation = segment.Incarnation;
        int position = segment.Results.Length - added.Length;
        foreach (StoredResult result in added)
        {
            _positionOf[result.Index] = (short)position++;
            _segmentOf[result.Index] = (short)number;
            _order.Add(result.Index);
            LastFinal = _names.Id(result.Index);
            LastFinalAt = new(result.FinalAt, TimeSpan.Zero);
            if (result.IsSuccess)
            {
                _succeeded[result.Index] = true;
                Completed++;
                LastCompleted = LastFinal;
            }
            else if (result.Path is not null && !_names.IsSampled(result.Index))
            {
                KeptFailurePaths++;
            }
        }
    }

    /// <summary>Obeys an epoch without a write: right only where nothing can change any more.</summary>
    internal void ObeyAsFinal(long epoch) => Epoch = Math.Max(Epoch, epoch);
}
