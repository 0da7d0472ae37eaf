using System.Globalization;
using Microsoft.Extensions.DependencyInjection;
using Orleans.Storage;

namespace Cano;

/// <summary>One bucket of a batch's <see cref="InstanceIndex"/>, as it is stored.</summary>
[GenerateSerializer]
[Immutable]
[Alias("Cano.InstanceIndexBucket")]
internal sealed record InstanceIndexBucket
{
    /// <summary>Its entries, as <see cref="InstanceIndex"/> packs them.</summary>
    [Id(0)]
    public byte[] Entries { get; init; } = [];
}

/// <summary>
/// The rows of the indexes in grain storage: <c>cano.index.0</c>, <c>cano.index.1</c> ... They belong to a batch's content, as its
/// partitions do: the same content makes the same rows.
/// </summary>
internal sealed class InstanceIndexRows(IGrainFactory grains, [FromKeyedServices(SiloStorage.ProviderName)] IGrainStorage storage)
{
    private const string Kind = "index";

    /// <summary>Partitions asked at once for the hashes of their ids, some 4 KB each.</summary>
    private const int PartitionsAtOnce = 64;

    /// <summary>Makes and writes the index of a batch whose partitions are prepared.</summary>
    /// <param name="batchId">The batch.</param>
    /// <param name="digest">Its digest.</param>
    /// <param name="partitions">How many partitions it has.</param>
    /// <returns>How many rows it has.</returns>
    internal async Task<int> WriteAsync(string batchId, string digest, int partitions)
    {
        List<uint[]> hashes = [];
        foreach (int[] some in Enumerable.Range(0, partitions).Chunk(PartitionsAtOnce))
        {
            hashes.AddRange(await Task.WhenAll(some.Select(partition =>
                grains.GetGrain<IPartitionGrain>(GrainKeys.OfPartition(batchId, digest, partition)).GetIdHashesAsync())));
        }

        byte[][] buckets = InstanceIndex.Build(hashes);
        for (int bucket = 0; bucket < buckets.Length; bucket++)
        {
            // A start that was broken off may have left it; what it holds follows from the content.
            Row<InstanceIndexBucket> row = At(batchId, digest, bucket);
            await row.ReadAsync();
            await row.WriteAsync(new() { Entries = buckets[bucket] });
        }

        return buckets.Length;
    }

    /// <summary>The partitions that may have an instance.</summary>
    /// <returns>Null: the bucket is not there.</returns>
    internal async Task<int[]?> FindAsync(string batchId, string digest, int buckets, string instanceId)
    {
        uint hash = InstanceIndex.HashOf(instanceId);
        InstanceIndexBucket? bucket = await At(batchId, digest, InstanceIndex.BucketOf(hash, buckets)).ReadAsync();
        return bucket is null ? null : InstanceIndex.Find(bucket.Entries, hash);
    }

    /// <summary>Removes the rows.</summary>
    internal async Task RemoveAsync(string batchId, string digest, int buckets)
    {
        for (int bucket = 0; bucket < buckets; bucket++)
        {
            await RowRemoval.RemoveAsync(storage, NameOf(bucket), Kind, KeyOf(batchId, digest));
        }
    }

    private Row<InstanceIndexBucket> At(string batchId, string digest, int bucket) => new(storage, NameOf(bucket), Kind, KeyOf(batchId, digest));

    private static string NameOf(int bucket) => string.Create(CultureInfo.InvariantCulture, $"cano.index.{bucket}");

    private static string KeyOf(string batchId, string digest) => $"{batchId}/{digest.AsSpan(0, 16)}";
}
