using System.Globalization;

namespace Cano;

/// <summary>The keys of the grains that a batch has, and of their rows: the one place that makes them and takes them apart.</summary>
/// <remarks>
/// Batch and instance ids contain no slash. The incarnation is null for a batch that was started before there were incarnations; its keys
/// stay as they were.
/// </remarks>
internal static class GrainKeys
{
    private const char Separator = '/';

    /// <summary>
    /// The key of an instance's grain: <c>batchId/incarnation/instanceId</c>, or <c>batchId/instanceId</c> without an incarnation.
    /// </summary>
    internal static string OfInstance(string batchId, string? incarnation, string instanceId) =>
        incarnation is null ? $"{batchId}/{instanceId}" : $"{batchId}/{incarnation}/{instanceId}";

    /// <summary>The key of a batch's shared store: <c>batchId/incarnation</c>, or <c>batchId</c> without an incarnation.</summary>
    internal static string OfSharedStore(string batchId, string? incarnation) => incarnation is null ? batchId : $"{batchId}/{incarnation}";

    /// <summary>The key of a partition's grain: <c>batchId/first 16 of the digest/index</c>.</summary>
    internal static string OfPartition(string batchId, string digest, int index) =>
        string.Create(CultureInfo.InvariantCulture, $"{batchId}/{digest.AsSpan(0, 16)}/{index}");

    /// <summary>The batch that a partition, an instance or a shared store belongs to.</summary>
    internal static string BatchOf(string key) => key.IndexOf(Separator, StringComparison.Ordinal) is >= 0 and var end ? key[..end] : key;

    /// <summary>The incarnation in the key of a shared store; null if it has none.</summary>
    internal static string? IncarnationOfSharedStore(string key) => key.IndexOf(Separator, StringComparison.Ordinal) is >= 0 and var end ? key[(end + 1)..] : null;
}
