namespace Cano;

/// <summary>
/// Segments that readers have asked for lately or that were just written, least recently used ones first to go. One for each silo, bounded
/// in bytes: the results of a batch are in storage, not in memory. Safe for concurrent use.
/// </summary>
internal sealed class SegmentCache(long maxBytes = SegmentCache.DefaultMaxBytes)
{
    /// <summary>Some hundred segments: what a few dozen readers that follow running batches look at.</summary>
    internal const long DefaultMaxBytes = 32 * 1024 * 1024;

    private readonly Lock _gate = new();
    private readonly Dictionary<(string Key, int Number), LinkedListNode<Entry>> _entries = [];
    private readonly LinkedList<Entry> _byUse = new();
    private long _bytes;

    /// <summary>A segment; null if it is not here, or is of another incarnation.</summary>
    internal Segment? Find(string key, int number, string? incarnation)
    {
        lock (_gate)
        {
            if (!_entries.TryGetValue((key, number), out LinkedListNode<Entry>? node) || node.Value.Segment.Incarnation != incarnation)
            {
                return null;
            }

            _byUse.Remove(node);
            _byUse.AddLast(node);
            return node.Value.Segment;
        }
    }

    /// <summary>Keeps a segment that is not written any more.</summary>
    internal void Keep(string key, int number, Segment segment)
    {
        Entry entry = new(key, number, segment, segment.Results.Sum(result => (long)result.ApproximateBytes));
        lock (_gate)
        {
            Remove((key, number));
            _entries[(key, number)] = _byUse.AddLast(entry);
            _bytes += entry.Bytes;
            while (_bytes > maxBytes && _byUse.First is { } oldest)
            {
                Remove((oldest.Value.Key, oldest.Value.Number));
            }
        }
    }

    private void Remove((string, int) place)
    {
        if (_entries.Remove(place, out LinkedListNode<Entry>? node))
        {
            _byUse.Remove(node);
            _bytes -= node.Value.Bytes;
        }
    }

    private sealed record Entry(string Key, int Number, Segment Segment, long Bytes);
}
