namespace Cano;

/// <summary>
/// What is durable of a partition, as this activation knows it: the instances, the results, the fence and the epoch. One write at a time; the caller sees to that.
/// </summary>
internal sealed class PartitionLedger(IPartitionRows rows)
{
    private readonly List<int> _order = [];
    private StoredResult?[] _results = [];
    private Segment? _last;
    private int _lastIndex = -1;

    internal int MaxAddedBytes => rows.MaxAddedBytes;

    /// <summary>The instances; null when they were never written.</summary>
    internal PartitionSpec? Spec { get; private set; }

    internal int Count => _results.Length;

    internal int Completed { get; private set; }

    internal int Failed => _order.Count - Completed;

    internal Seal? Seal { get; private set; }

    /// <summary>True once nothing can change any more: it was closed, or every instance has a result.</summary>
    internal bool IsFinal => Spec is not null && (Seal is not null || _order.Count == Count);

    /// <summary>How many outcomes are final.</summary>
    internal int FinalCount => IsFinal ? Count : _order.Count;

    /// <summary>The fence that is durable. It is this activation's own only if <see cref="IsOwner"/>.</summary>
    internal int Fence { get; private set; } = 1;

    /// <summary>The highest epoch of the batch that was obeyed, durably.</summary>
    internal long Epoch { get; private set; } = 1;

    /// <summary>True once this activation has made a write, so that no older one can make any.</summary>
    internal bool IsOwner { get; private set; }

    /// <summary>True: instances may have run before this activation came up, so they may have checkpoints.</summary>
    internal bool MayHaveRun { get; private set; }

    /// <summary>The places of the results, in the order in which they were committed.</summary>
    internal IReadOnlyList<int> Order => _order;

    internal string? LastCompleted { get; private set; }

    internal StoredResult? ResultOf(int index) => _results[index];

    /// <summary>Reads all there is; needed before anything else.</summary>
    internal async Task LoadAsync()
    {
        PartitionSpec? spec = await rows.ReadSpecAsync();
        if (spec is null)
        {
            return;
        }

        SetSpec(spec);
        MayHaveRun = true;
        for (int index = 0; await rows.ReadSegmentAsync(index) is { } segment; index++)
        {
            Take(index, segment, segment.Results);
        }
    }

    /// <summary>Writes the instances, which makes this activation the owner.</summary>
    internal async Task PrepareAsync(PartitionSpec spec)
    {
        await rows.WriteSpecAsync(spec);
        SetSpec(spec);
        IsOwner = true;
    }

    /// <summary>Writes results, the epoch to obey and the seal, all in one. What it throws means that the outcome is unknown: this activation must end.</summary>
    internal async Task CommitAsync(long epoch, IReadOnlyList<StoredResult> added, Seal? seal)
    {
        bool next = _last is null || _last.IsFull;
        int index = next ? _lastIndex + 1 : _lastIndex;
        Segment segment = new()
        {
            Fence = IsOwner ? Fence : Fence + 1,
            Epoch = Math.Max(Epoch, epoch),
            Results = next ? [.. added] : [.. _last!.Results, .. added],
            Seal = seal,
        };
        await rows.WriteSegmentAsync(index, segment);
        IsOwner = true;
        Take(index, segment, added);
    }

    /// <summary>Obeys an epoch without a write: right only where nothing can change any more.</summary>
    internal void ObeyAsFinal(long epoch) => Epoch = Math.Max(Epoch, epoch);

    private void SetSpec(PartitionSpec spec)
    {
        Spec = spec;
        _results = new StoredResult?[spec.Instances.Length];
    }

    private void Take(int index, Segment segment, IReadOnlyList<StoredResult> added)
    {
        _last = segment;
        _lastIndex = index;
        Fence = segment.Fence;
        Epoch = segment.Epoch;
        Seal = segment.Seal;
        foreach (StoredResult result in added)
        {
            _results[result.Index] = result;
            _order.Add(result.Index);
            if (result.IsSuccess)
            {
                Completed++;
                LastCompleted = Spec!.Instances[result.Index].Id;
            }
        }
    }
}
