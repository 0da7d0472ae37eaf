namespace Cano;

/// <summary>What happens next in a history.</summary>
internal enum Happening
{
    /// <summary>
    /// A batch's activation tells a partition's what holds, and hears its report at once. In finer histories these are two steps.
    /// </summary>
    Exchange,

    /// <summary>A batch's activation tells a partition's what holds.</summary>
    Tell,

    /// <summary>A batch's activation hears what a partition's reports.</summary>
    Hear,

    /// <summary>An instance that runs ends.</summary>
    InstanceEnds,

    /// <summary>What a partition has planned to write lands.</summary>
    Commit,

    /// <summary>The runs of earlier activations of a partition have been stopped.</summary>
    RunsStopped,

    /// <summary>The stop that was decided, or the end, is written.</summary>
    WriteBatch,

    /// <summary>Someone asks for the batch to stop.</summary>
    Cancel,

    /// <summary>The deadline comes.</summary>
    TimePasses,

    /// <summary>Orders arrive that were held up.</summary>
    LateOrdersArrive,

    /// <summary>A report arrives that was held up.</summary>
    LateReportArrives,

    /// <summary>A fault: a partition was told what holds, and its report does not arrive.</summary>
    ReportIsLost,

    /// <summary>A fault: orders are held up on their way.</summary>
    OrdersAreLate,

    /// <summary>A fault: a report is held up on its way.</summary>
    ReportIsLate,

    /// <summary>A fault: a partition's activation is lost.</summary>
    PartitionIsLost,

    /// <summary>A fault: a partition is activated a second time, beside the first.</summary>
    PartitionIsDoubled,

    /// <summary>A fault: the batch's activation is lost.</summary>
    BatchIsLost,

    /// <summary>A fault: the batch is activated a second time, beside the first.</summary>
    BatchIsDoubled,
}

/// <summary>One step of a history.</summary>
/// <param name="What">What happens.</param>
/// <param name="Partition">To which partition.</param>
/// <param name="OldBatch">True: to the batch's older activation.</param>
/// <param name="OldPartition">True: to the partition's older activation.</param>
/// <param name="Instance">To which instance of it.</param>
internal readonly record struct Step(Happening What, int Partition = 0, bool OldBatch = false, bool OldPartition = false, int Instance = 0)
{
    internal bool IsFault => What >= Happening.ReportIsLost;
}
