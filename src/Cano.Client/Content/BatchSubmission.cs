namespace Cano;

/// <summary>A batch as it is handed in, its instances untyped: what the typed library and the host's documents have in common.</summary>
internal sealed record BatchSubmission
{
    /// <summary>The batch's id: the same id and content again are the same batch.</summary>
    internal required string Id { get; init; }

    internal required ConcurrentTimeout Timeout { get; init; }

    internal string? Name { get; init; }

    internal int? MaxConcurrency { get; init; }

    /// <summary>
    /// What each instance's store begins with, as one JSON object in UTF-8; null or an object without members: an empty store.
    /// </summary>
    internal byte[]? Store { get; init; }

    /// <summary>
    /// What the batch's shared store begins with, as one JSON object in UTF-8; null or an object without members: it begins empty.
    /// </summary>
    internal byte[]? SharedStore { get; init; }

    /// <summary>The instances, in the order submitted. Must not change any more.</summary>
    internal required IReadOnlyList<InstanceSpec> Instances { get; init; }

    /// <summary>A new id, for a batch that was given none.</summary>
    internal static string NewId() => Guid.CreateVersion7().ToString();
}
