using Orleans.Concurrency;

namespace Cano;

/// <summary>A bounded slice of a batch's instances: starts them, takes in their outcomes, commits them in groups. Its key is <see cref="PartitionSpec.Key"/>.</summary>
[Alias("Cano.IPartitionGrain")]
public interface IPartitionGrain : IGrainWithStringKey
{
    /// <summary>Stores the instances; nothing runs before the first <see cref="ExchangeAsync"/>. Storing the same again changes nothing.</summary>
    /// <param name="spec">The instances.</param>
    /// <returns>Completes when they are durable.</returns>
    [Alias("Prepare")]
    Task PrepareAsync(PartitionSpec spec);

    /// <summary>
    /// The whole talk between a batch and a partition. The batch says what holds (all of it cumulative, so that saying it again is harmless); the partition answers
    /// as soon as it has something to tell that the batch does not know, or after a bounded wait.
    /// </summary>
    /// <param name="orders">What the batch says.</param>
    /// <returns>What the partition says.</returns>
    /// <exception cref="BatchDataLostException">The partition's instances are not in storage.</exception>
    [AlwaysInterleave]
    [Alias("Exchange")]
    Task<PartitionReport> ExchangeAsync(PartitionOrders orders);

    /// <summary>Reads results in the order submitted; those that are not final are left out.</summary>
    /// <param name="from">The first place within the partition, from 0.</param>
    /// <param name="count">How many places to look at; the answer ends earlier when it grows large.</param>
    /// <returns>The results, and where to go on.</returns>
    [AlwaysInterleave]
    [ResponseTimeout("00:00:15")]
    [Alias("ReadInOrder")]
    Task<ResultPage> ReadInOrderAsync(int from, int count);

    /// <summary>Reads results in the order in which they became final.</summary>
    /// <param name="from">How many to pass over.</param>
    /// <param name="count">How many to read; the answer ends earlier when it grows large.</param>
    /// <returns>The results, and where to go on.</returns>
    [AlwaysInterleave]
    [ResponseTimeout("00:00:15")]
    [Alias("ReadAsFinal")]
    Task<ResultPage> ReadAsFinalAsync(int from, int count);
}

/// <summary>Some results of a partition.</summary>
/// <param name="Results">The results.</param>
/// <param name="Next">Where the next page begins; equal to the end of what was asked for when nothing is left of that.</param>
[GenerateSerializer]
[Immutable]
[Alias("Cano.ResultPage")]
public sealed record ResultPage([property: Id(0)] InstanceResult[] Results, [property: Id(1)] int Next);
