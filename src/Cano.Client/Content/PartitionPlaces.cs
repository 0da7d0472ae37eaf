namespace Cano;

/// <summary>Which places of a batch each partition has: partitions are slices of the batch in the order submitted.</summary>
internal static class PartitionPlaces
{
    /// <summary>The place in the batch at which each partition begins.</summary>
    internal static int[] Firsts(int[] sizes)
    {
        int[] firsts = new int[sizes.Length];
        for (int partition = 1; partition < firsts.Length; partition++)
        {
            firsts[partition] = firsts[partition - 1] + sizes[partition - 1];
        }

        return firsts;
    }

    /// <summary>Where a place in the batch is found.</summary>
    /// <returns>The partition, and the place in the batch where it begins; the number of partitions when the place is beyond the
    /// end.</returns>
    internal static (int Partition, int First) Locate(int[] sizes, int place)
    {
        int first = 0;
        int partition = 0;
        while (partition < sizes.Length && first + sizes[partition] <= place)
        {
            first += sizes[partition++];
        }

        return (partition, first);
    }
}
