using System.ComponentModel.DataAnnotations;

namespace Cano;

/// <summary>How a silo runs batches. All faults are named together when the silo starts.</summary>
public sealed class CanoOptions
{
    /// <summary>
    /// How many instances may run on this silo at once. Batches share them: with k batches that run or wait, each may have at least 1/k;
    /// what
    /// one does not use is lent to the others. While lent slots have not come back, a batch below its share may run instances beyond this
    /// number,
    /// up to twice the number in all; and each batch may run <see cref="ReservedPerBatch"/> in any case. 1 to 1,000,000.
    /// </summary>
    /// <value>1,024.</value>
    [Range(1, 1_000_000)]
    public int MaxRunningInstances { get; set; } = 1_024;

    /// <summary>
    /// How many instances each batch may always run, however many others run: what lets a small batch start at once beside a large slow
    /// one. 0 to 1,000.
    /// </summary>
    /// <value>4.</value>
    [Range(0, 1_000)]
    public int ReservedPerBatch { get; set; } = 4;

    /// <summary>
    /// How many cancelled runs may still be running on this silo because their nodes ignore cancellation. They hold no slot; beyond this
    /// number no new instance is started until some have ended. 1 to 1,000,000.
    /// </summary>
    /// <value>10,000.</value>
    [Range(1, 1_000_000)]
    public int MaxGivenUpRuns { get; set; } = 10_000;

    /// <summary>
    /// How much work an instance repeats at most after a crash: its state and store are saved after a transition when this much time has
    /// passed since they last were. Zero: after every transition. At most a day.
    /// </summary>
    /// <value>1 second.</value>
    [Range(typeof(TimeSpan), "00:00:00", "1.00:00:00", ParseLimitsInInvariantCulture = true)]
    public TimeSpan CheckpointInterval { get; set; } = TimeSpan.FromSeconds(1);

    /// <summary>
    /// How long nodes may run on when the silo stops, so that their instances can be handed over between two nodes with all progress saved.
    /// Instances stop at their next transition; what runs longer than this is cancelled and run again elsewhere, from its checkpoint. Zero:
    /// cancelled at once. At most 10 minutes; the host's own limit for its shutdown must be longer.
    /// </summary>
    /// <value>10 seconds.</value>
    [Range(typeof(TimeSpan), "00:00:00", "00:10:00", ParseLimitsInInvariantCulture = true)]
    public TimeSpan HandOverGrace { get; set; } = TimeSpan.FromSeconds(10);

    /// <summary>
    /// The largest params of an instance, in bytes of UTF-8 JSON; larger ones are refused before anything is stored. 1 to 262,144.
    /// </summary>
    /// <value>65,536 (64 KB).</value>
    [Range(1, 262_144)]
    public int MaxParamsBytes { get; set; } = 65_536;

    /// <summary>
    /// The largest output of an instance, in bytes of UTF-8 JSON; an instance with a larger one fails with kind <c>output-too-large</c>. 1
    /// to 262,144.
    /// </summary>
    /// <value>65,536 (64 KB).</value>
    [Range(1, 262_144)]
    public int MaxOutputBytes { get; set; } = 65_536;

    /// <summary>
    /// The largest store given to a batch, in bytes of UTF-8 JSON; a larger one is refused before anything is stored. 1 to 262,144.
    /// </summary>
    /// <value>65,536 (64 KB).</value>
    [Range(1, 262_144)]
    public int MaxStoreBytes { get; set; } = 65_536;

    /// <summary>How often a silo looks for batches that nobody drives. 100 milliseconds to 1 hour.</summary>
    /// <value>3 seconds.</value>
    [Range(typeof(TimeSpan), "00:00:00.1", "01:00:00", ParseLimitsInInvariantCulture = true)]
    public TimeSpan RecoveryInterval { get; set; } = TimeSpan.FromSeconds(3);

    /// <summary>
    /// How long a finished batch is kept, counted from its <see cref="BatchStatus.FinishedAt"/>; then it is purged. For as long again its
    /// id is refused, counted from the purge; then it is forgotten. Batches are purged only where the catalog keeps finished ones, as that
    /// of <c>AddCanoStorage</c> does. 1 minute to 3,650 days.
    /// </summary>
    /// <value>30 days.</value>
    [Range(typeof(TimeSpan), "00:01:00", "3650.00:00:00", ParseLimitsInInvariantCulture = true)]
    public TimeSpan Retention { get; set; } = TimeSpan.FromDays(30);
}
