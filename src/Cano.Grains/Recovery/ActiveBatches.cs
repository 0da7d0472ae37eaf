using System.Collections.Concurrent;

namespace Cano;

/// <summary>The batches that have an activation on this silo which drives them. Safe for concurrent use.</summary>
internal sealed class ActiveBatches
{
    private readonly ConcurrentDictionary<string, object> _driven = new(StringComparer.Ordinal);

    /// <summary>How many there are.</summary>
    internal int Count => _driven.Count;

    /// <summary>
    /// How often the catalog is told how far a batch is, so that this silo's batches together tell it no more than 50 times a second, and
    /// each every two seconds at most: those that take less are told of at their end only.
    /// </summary>
    internal TimeSpan CatalogInterval() => TimeSpan.FromMilliseconds(Math.Max(2_000, 20 * _driven.Count));

    internal bool Contains(string batchId) => _driven.ContainsKey(batchId);

    internal void Add(string batchId, object activation) => _driven[batchId] = activation;

    /// <summary>Takes a batch away, unless a later activation has taken its place.</summary>
    internal void Remove(string batchId, object activation) => _driven.TryRemove(new(batchId, activation));
}
