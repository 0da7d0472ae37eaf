using Microsoft.Extensions.Logging;

namespace Cano;

/// <summary>What all partitions of a silo use.</summary>
/// <param name="Instances">The way to the instances.</param>
/// <param name="Slots">Which instances may run on this silo.</param>
/// <param name="OpenRows">Opens the rows of a partition's key, for one activation.</param>
/// <param name="Unplaceable">Where instances are counted that no silo can run.</param>
/// <param name="Segments">Segments that were read a short while ago.</param>
/// <param name="ReadBatch">Reads the row of a batch, which says which incarnation of it there is.</param>
/// <param name="Clock">The silo's clock: times of starts, commits and deadlines.</param>
/// <param name="Pacing">The time that messages and writes wait by.</param>
/// <param name="Draw">Draws a number from 0 to 1, for pauses that are spread.</param>
/// <param name="Metrics">Where to count.</param>
/// <param name="Logger">Where to log.</param>
internal sealed record PartitionServices(
    IInstances Instances,
    InstanceSlots Slots,
    Func<string, IPartitionRows> OpenRows,
    UnplaceableTally Unplaceable,
    SegmentCache Segments,
    Func<string, Task<BatchState?>> ReadBatch,
    TimeProvider Clock,
    TimeProvider Pacing,
    Func<double> Draw,
    CanoMetrics Metrics,
    ILogger Logger)
{
    private readonly long _origin = Pacing.GetTimestamp();

    /// <summary>The time since a fixed moment, for what is paced.</summary>
    internal TimeSpan Elapsed => Pacing.GetElapsedTime(_origin);

    /// <summary>The pause before something that failed is tried again.</summary>
    /// <param name="repetition">Which repetition, from 0.</param>
    internal TimeSpan PauseBefore(int repetition) => RetryBackoff.Default.PauseBefore(repetition, Draw());
}
