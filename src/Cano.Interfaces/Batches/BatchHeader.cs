using System.ComponentModel;

namespace Cano;

/// <summary>All of a batch but its instances: what the batch grain needs to accept, run and stop it.</summary>
[GenerateSerializer]
[Immutable]
[Alias("Cano.BatchHeader")]
[EditorBrowsable(EditorBrowsableState.Never)]
public sealed record BatchHeader
{
    /// <summary>The most instances that a batch may have.</summary>
    internal const int MaxInstances = 1_000_000;

    /// <summary>The most labels that <see cref="Labels"/> lists.</summary>
    internal const int MaxLabels = 100;

    /// <summary>
    /// The most bytes that <see cref="SharedStore"/> may have: it is sent with each start and written with each state of the batch.
    /// </summary>
    internal const int MaxSharedStoreBytes = 100_000;

    /// <summary>The strategy.</summary>
    [Id(0)]
    public required ConcurrentTimeout Timeout { get; init; }

    /// <summary>For people; not part of the content that makes two starts equal. At most 200 characters.</summary>
    [Id(1)]
    public string? Name { get; init; }

    /// <summary>How many instances may run at once; null for no limit of its own. 1 or more.</summary>
    [Id(2)]
    public int? MaxConcurrency { get; init; }

    /// <summary>How large the store given to the batch is, in bytes of UTF-8 JSON; 0 for an empty one. The partitions hold it.</summary>
    [Id(3)]
    public int StoreBytes { get; init; }

    /// <summary>How many instances there are.</summary>
    [Id(4)]
    public int Total { get; init; }

    /// <summary>How many instances each partition has, in order; they add up to <see cref="Total"/>.</summary>
    [Id(5)]
    public required int[] PartitionSizes { get; init; }

    /// <summary>
    /// SHA-256, in lower-case hex, of the RFC 8785 canonical JSON of the content (timeout, maxConcurrency, store, sharedStore, instances;
    /// numbers as <see cref="DigestVersion"/> says): equal digests are the same batch. It is also part of the partitions' keys, so that two
    /// starts of one id with different content never touch each other's rows.
    /// </summary>
    [Id(6)]
    public required string Digest { get; init; }

    /// <summary>The distinct names of the workflows, sorted by code point.</summary>
    [Id(7)]
    public required string[] Workflows { get; init; }

    /// <summary>The distinct labels, sorted by code point; at most 100 of them, the rest is left out.</summary>
    [Id(8)]
    public string[] Labels { get; init; } = [];

    /// <summary>The largest params of any instance, in bytes of UTF-8 JSON: lets a silo refuse a batch before anything is stored.</summary>
    [Id(9)]
    public int LargestParams { get; init; }

    /// <summary>Which instance has <see cref="LargestParams"/>; null when none has params.</summary>
    [Id(10)]
    public string? LargestParamsInstance { get; init; }

    /// <summary>
    /// The span that the batch was started in, as a W3C <c>traceparent</c>: what the batch's own spans hang below, also after a crash. Null
    /// when that was not sampled.
    /// </summary>
    [Id(11)]
    public string? TraceParent { get; init; }

    /// <summary>
    /// Which numbers of params and stores are the same for <see cref="Digest"/>. 0: those that one double stands for, as RFC 8785 has it.
    /// 1: those that have the same digits.
    /// </summary>
    [Id(12)]
    public int DigestVersion { get; init; }

    /// <summary>The digest of version 0; null: it is the same.</summary>
    [Id(13)]
    public string? EarlierDigest { get; init; }

    /// <summary>
    /// The baggage of that span, as a W3C <c>baggage</c> header; null where there is none. It is on the spans of instances and nodes.
    /// </summary>
    [Id(14)]
    public string? Baggage { get; init; }

    /// <summary>
    /// What the shared store begins with: a JSON object in UTF-8, names and values; null: it begins empty. The batch's row holds it, so it
    /// is small; at most 100,000 bytes.
    /// </summary>
    [Id(15)]
    public byte[]? SharedStore { get; init; }

    /// <summary>Whether both have the same content, as the one of them that was made by the earlier version sees it.</summary>
    internal bool HasContentOf(BatchHeader other)
    {
        int version = Math.Min(DigestVersion, other.DigestVersion);
        return DigestOf(version) == other.DigestOf(version);
    }

    private string DigestOf(int version) => version < DigestVersion && EarlierDigest is { } earlier ? earlier : Digest;
}
