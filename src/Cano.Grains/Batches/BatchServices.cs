using Microsoft.Extensions.Logging;

namespace Cano;

/// <summary>What all batches of a silo use.</summary>
/// <param name="Partitions">The way to the partitions' grains.</param>
/// <param name="PartitionServices">What partitions use, for those that batches host.</param>
/// <param name="Catalog">The list of batches.</param>
/// <param name="Rules">What a batch must keep to.</param>
/// <param name="Parts">The way to what a batch has in other grains' rows.</param>
/// <param name="Owner">This silo's address with its generation.</param>
/// <param name="Clock">The time that deadlines are measured by.</param>
/// <param name="Pacing">The time that messages wait by.</param>
/// <param name="Metrics">Where to count.</param>
/// <param name="Logger">Where to log.</param>
/// <param name="Retention">How long finished batches are kept, and tombstones after them.</param>
/// <param name="NewIncarnation">Makes the incarnation of a batch that starts.</param>
/// <param name="CatalogInterval">How often the catalog is told how far an unfinished batch is; null: it is not told before the end.</param>
/// <param name="Index">Where it is written which partition an instance is in; null: nowhere, and a look-up asks all of them.</param>
internal sealed record BatchServices(
    IPartitions Partitions,
    PartitionServices PartitionServices,
    IBatchCatalog Catalog,
    BatchRules Rules,
    IBatchParts Parts,
    string Owner,
    TimeProvider Clock,
    TimeProvider Pacing,
    CanoMetrics Metrics,
    ILogger Logger,
    TimeSpan Retention,
    Func<string> NewIncarnation,
    Func<TimeSpan>? CatalogInterval = null,
    InstanceIndexRows? Index = null);
