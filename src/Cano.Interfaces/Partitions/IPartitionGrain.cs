using System.ComponentModel;
using Orleans.Concurrency;

namespace Cano.Protocol;

/// <summary>
/// A bounded slice of a batch's instances: starts them, takes in their outcomes, commits them in groups. Its key is
/// <see cref="PartitionSpec.Key"/>.
/// </summary>
[Alias("Cano.IPartitionGrain")]
[EditorBrowsable(EditorBrowsableState.Never)]
[GrainInterfaceType("Cano.IPartitionGrain")]
public interface IPartitionGrain : IResultsGrain
{
    /// <summary>
    /// Stores the instances; nothing runs before the first <see cref="ExchangeAsync"/>. Storing the same again changes nothing.
    /// </summary>
    /// <param name="spec">The instances.</param>
    /// <returns>Completes when they are durable.</returns>
    /// <exception cref="CanoConfigurationException">The partition is not valid, or params do not fit their workflow (code
    /// <c>invalid-params</c>); nothing was stored.</exception>
    [Alias("Prepare")]
    Task PrepareAsync(PartitionSpec spec);

    /// <summary>
    /// The whole talk between a batch and a partition. The batch says what holds (all of it cumulative, so that saying it again is
    /// harmless); the partition answers as soon as it has something to tell that the batch does not know, or after a bounded wait.
    /// </summary>
    /// <param name="orders">What the batch says.</param>
    /// <returns>What the partition says.</returns>
    /// <exception cref="BatchDataLostException">The partition's instances are not in storage.</exception>
    [AlwaysInterleave]
    [Alias("Exchange")]
    Task<PartitionReport> ExchangeAsync(PartitionOrders orders);

    /// <summary>How many instances are stored.</summary>
    /// <returns>Their number; 0: it was never prepared, or was removed.</returns>
    [AlwaysInterleave]
    [Alias("Count")]
    Task<int> CountAsync();

    /// <summary>The hashes of the ids of its instances, in the order submitted: what the batch's index is made of.</summary>
    /// <returns>The hashes; none: it was never prepared.</returns>
    [AlwaysInterleave]
    [Alias("GetIdHashes")]
    Task<uint[]> GetIdHashesAsync();

    /// <summary>
    /// Removes all rows of the partition, and the checkpoints that its instances have left. Doing it again changes nothing.
    /// </summary>
    /// <returns>Completes when they are gone, durably.</returns>
    [Alias("Remove")]
    Task RemoveAsync();
}
