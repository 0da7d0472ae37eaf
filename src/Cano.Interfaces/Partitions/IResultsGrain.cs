using System.ComponentModel;
using Orleans.Concurrency;

namespace Cano.Protocol;

/// <summary>
/// A grain that has the results of a partition: the partition's own, or that of a small batch, which hosts its only partition.
/// </summary>
[Alias("Cano.IResultsGrain")]
[EditorBrowsable(EditorBrowsableState.Never)]
[GrainInterfaceType("Cano.IResultsGrain")]
public interface IResultsGrain : IGrainWithStringKey
{
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

    /// <summary>Looks for one instance.</summary>
    /// <param name="instanceId">Its id.</param>
    /// <returns>Null: it is not one of this partition. Otherwise its place as <see cref="ResultPage.Next"/>, and its result if that is
    /// final.</returns>
    [AlwaysInterleave]
    [ResponseTimeout("00:00:15")]
    [Alias("Find")]
    Task<ResultPage?> FindAsync(string instanceId);

    /// <summary>Looks for one instance, and says all that is known of it.</summary>
    /// <param name="instanceId">Its id.</param>
    /// <returns>Null: it is not one of this partition.</returns>
    [AlwaysInterleave]
    [ResponseTimeout("00:00:15")]
    [Alias("Describe")]
    Task<InstanceDescription?> DescribeAsync(string instanceId);

    /// <summary>Adds up what came of the instances so far.</summary>
    /// <param name="sampleShare">Which share of the instances is in <see cref="BatchStatistics.Sample"/>: from 0 (none) to 1 (all). The
    /// same instances are in it whenever it is asked for.</param>
    /// <returns>The numbers.</returns>
    [AlwaysInterleave]
    [ResponseTimeout("00:00:15")]
    [Alias("GetStatistics")]
    Task<BatchStatistics> GetStatisticsAsync(double sampleShare);
}

/// <summary>Some results of a partition.</summary>
/// <param name="Results">The results.</param>
/// <param name="Next">Where the next page begins; equal to the end of what was asked for when nothing is left of that.</param>
[GenerateSerializer]
[Immutable]
[Alias("Cano.ResultPage")]
[EditorBrowsable(EditorBrowsableState.Never)]
public sealed record ResultPage([property: Id(0)] InstanceResult[] Results, [property: Id(1)] int Next);
