using System.ComponentModel;

namespace Cano;

/// <summary>The instances of one partition: a slice of a batch in the order submitted. Written once, never changed.</summary>
[GenerateSerializer]
[Immutable]
[Alias("Cano.PartitionSpec")]
[EditorBrowsable(EditorBrowsableState.Never)]
public sealed record PartitionSpec
{
    /// <summary>The most instances that a partition has.</summary>
    public const int MaxInstances = 1_000;

    /// <summary>About how many bytes of params a partition holds at most: what keeps its row and its message below 1 MB.</summary>
    public const int MaxBytes = 512 * 1024;

    /// <summary>The batch.</summary>
    [Id(0)]
    public required string BatchId { get; init; }

    /// <summary>The place in the batch of this partition's first instance, from 0.</summary>
    [Id(1)]
    public int FirstOrdinal { get; init; }

    /// <summary>The instances.</summary>
    [Id(2)]
    public required InstanceSpec[] Instances { get; init; }

    /// <summary>
    /// What each instance's store begins with, as one JSON object in UTF-8; null for an empty store. The same in all partitions of a batch.
    /// </summary>
    [Id(3)]
    public byte[]? Store { get; init; }

    /// <summary>About how many bytes it takes in its row.</summary>
    internal long ApproximateBytes => (Store?.Length ?? 0) + Instances.Sum(instance => (long)instance.ApproximateBytes);

    /// <summary>The grain key of a batch's partition.</summary>
    /// <param name="batchId">The batch.</param>
    /// <param name="digest">The <see cref="BatchHeader.Digest"/>.</param>
    /// <param name="index">Which partition, from 0.</param>
    /// <returns><c>batchId/first 16 of the digest/index</c>.</returns>
    public static string Key(string batchId, string digest, int index)
    {
        ArgumentNullException.ThrowIfNull(digest);
        return GrainKeys.OfPartition(batchId, digest, index);
    }
}

/// <summary>One instance as it was submitted.</summary>
/// <param name="Id">Its id, unique in the batch.</param>
/// <param name="Workflow">The name of its workflow.</param>
/// <param name="Params">Its params as UTF-8 JSON; null if left out.</param>
/// <param name="Label">Its variant; null if left out.</param>
[GenerateSerializer]
[Immutable]
[SuppressReferenceTracking]
[Alias("Cano.InstanceSpec")]
[EditorBrowsable(EditorBrowsableState.Never)]
public sealed record InstanceSpec(
    [property: Id(0)] string Id,
    [property: Id(1)] string Workflow,
    [property: Id(2)] byte[]? Params,
    [property: Id(3)] string? Label)
{
    /// <summary>About how many bytes it takes in its row.</summary>
    internal int ApproximateBytes => 20 + Id.Length + Workflow.Length + (Params?.Length ?? 0) + (2 * (Label?.Length ?? 0));
}
