using CsCheck;

namespace Cano;

public sealed class InstanceIndexTests
{
    /// <summary>A look-up of one instance loaded one partition after the other until it was found.</summary>
    [Fact]
    public void Find_AnyInstance_NamesItsPartitionAndSeldomAnother()
    {
        string[][] partitions = [.. Enumerable.Range(0, 300).Select(p => Enumerable.Range(0, 500).Select(i => $"order-{p}-{i}").ToArray())];
        byte[][] buckets = InstanceIndex.Build([.. partitions.Select(ids => ids.Select(InstanceIndex.HashOf).ToArray())]);

        Assert.Equal(InstanceIndex.BucketsFor(150_000), buckets.Length);
        Assert.All(buckets, bucket => Assert.InRange(bucket.Length, 1, 1_000_000));
        int asked = 0;
        for (int p = 0; p < partitions.Length; p++)
        {
            foreach (string id in partitions[p])
            {
                int[] found = Find(buckets, id);
                Assert.Contains(p, found);
                asked += found.Length;
            }
        }

        Assert.InRange(asked, 150_000, 150_100);
        Assert.Empty(Find(buckets, "order-300-0"));
    }

    [Fact]
    public void Find_AnyHashes_IsWhereTheyWerePut() => Gen.UInt.Array[0, 20].Array[1, 10].Sample(hashes =>
    {
        byte[][] buckets = InstanceIndex.Build(hashes);
        foreach (uint hash in hashes.SelectMany(one => one))
        {
            int[] holders = [.. hashes.Index().Where(one => one.Item.Contains(hash)).Select(one => one.Index)];
            Assert.Equal(holders, InstanceIndex.Find(buckets[InstanceIndex.BucketOf(hash, buckets.Length)], hash));
        }
    });

    [Theory]
    [InlineData(0u, 16, 0)]
    [InlineData(uint.MaxValue, 16, 15)]
    [InlineData(0x8000_0000u, 2, 1)]
    [InlineData(0x7FFF_FFFFu, 2, 0)]
    public void BucketOf_Hash_IsByItsUpperBits(uint hash, int buckets, int expected) => Assert.Equal(expected, InstanceIndex.BucketOf(hash, buckets));

    private static int[] Find(byte[][] buckets, string id)
    {
        uint hash = InstanceIndex.HashOf(id);
        return InstanceIndex.Find(buckets[InstanceIndex.BucketOf(hash, buckets.Length)], hash);
    }
}
