using System.Collections.Concurrent;

namespace Cano;

/// <summary>The batches that have an activation on this silo which drives them. Safe for concurrent use.</summary>
internal sealed class ActiveBatches
{
    private readonly ConcurrentDictionary<string, object> _driven = new(StringComparer.Ordinal);

    internal int Count => _driven.Count;

    internal bool Contains(string batchId) => _driven.ContainsKey(batchId);

    internal void Add(string batchId, object activation) => _driven[batchId] = activation;

    /// <summary>Takes a batch away, unless a later activation has taken its place.</summary>
    internal void Remove(string batchId, object activation) => _driven.TryRemove(new(batchId, activation));
}
