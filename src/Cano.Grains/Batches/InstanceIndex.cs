using System.Buffers.Binary;

namespace Cano;

/// <summary>
/// Which partition an instance is in, for a batch of several: the hashes of all ids, in buckets of bounded size by their upper bits, sorted
/// within each. A look-up reads one
/// bucket and finds the partition, seldom one more. Pure.
/// </summary>
internal static class InstanceIndex
{
    /// <summary>About how many instances are in a bucket, whose row takes six bytes for each.</summary>
    internal const int BucketSize = 65_536;

    private const int EntryBytes = sizeof(uint) + sizeof(ushort);

    /// <summary>How many buckets there are for this many instances.</summary>
    internal static int BucketsFor(int instances) => (instances + BucketSize - 1) / BucketSize;

    /// <summary>The hash of an instance's id.</summary>
    internal static uint HashOf(string instanceId) => StableHash.ComputeHash(instanceId);

    /// <summary>The bucket that a hash belongs to.</summary>
    internal static int BucketOf(uint hash, int buckets) => (int)((ulong)hash * (ulong)buckets >> 32);

    /// <summary>Makes the buckets.</summary>
    /// <param name="hashes">The hashes of each partition's instances.</param>
    internal static byte[][] Build(IReadOnlyList<uint[]> hashes)
    {
        int buckets = BucketsFor(hashes.Sum(one => one.Length));
        List<(uint Hash, ushort Partition)>[] entries = [.. Enumerable.Range(0, buckets).Select(_ => new List<(uint, ushort)>())];
        for (int partition = 0; partition < hashes.Count; partition++)
        {
            foreach (uint hash in hashes[partition])
            {
                entries[BucketOf(hash, buckets)].Add((hash, (ushort)partition));
            }
        }

        return [.. entries.Select(Pack)];
    }

    /// <summary>The partitions that may have an instance of this hash, in order; mostly one.</summary>
    internal static int[] Find(ReadOnlySpan<byte> bucket, uint hash)
    {
        int low = 0;
        int high = bucket.Length / EntryBytes;
        while (low < high)
        {
            int middle = (low + high) / 2;
            if (HashAt(bucket, middle) < hash)
            {
                low = middle + 1;
            }
            else
            {
                high = middle;
            }
        }

        List<int> partitions = [];
        for (int place = low; place < bucket.Length / EntryBytes && HashAt(bucket, place) == hash; place++)
        {
            int partition = BinaryPrimitives.ReadUInt16LittleEndian(bucket[((place * EntryBytes) + sizeof(uint))..]);
            if (partitions is not [.., var last] || last != partition)
            {
                partitions.Add(partition);
            }
        }

        return [.. partitions];
    }

    private static uint HashAt(ReadOnlySpan<byte> bucket, int place) => BinaryPrimitives.ReadUInt32LittleEndian(bucket[(place * EntryBytes)..]);

    private static byte[] Pack(List<(uint Hash, ushort Partition)> entries)
    {
        entries.Sort();
        byte[] packed = new byte[entries.Count * EntryBytes];
        for (int place = 0; place < entries.Count; place++)
        {
            Span<byte> entry = packed.AsSpan(place * EntryBytes, EntryBytes);
            BinaryPrimitives.WriteUInt32LittleEndian(entry, entries[place].Hash);
            BinaryPrimitives.WriteUInt16LittleEndian(entry[sizeof(uint)..], entries[place].Partition);
        }

        return packed;
    }
}
