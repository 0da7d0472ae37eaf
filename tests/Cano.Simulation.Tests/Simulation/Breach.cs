namespace Cano;

/// <summary>A rule of the protocol that a run breaks on purpose, from outside the code under test: the simulation must notice.</summary>
internal enum Breach
{
    None,

    /// <summary>A stale activation of a partition can still write: segments are stored whatever their ETag.</summary>
    Fence,

    /// <summary>What a batch admitted for one activation of a partition reaches another one as if it were meant for it.</summary>
    FenceTold,

    /// <summary>The epoch that a partition obeys is not stored.</summary>
    EpochDurable,

    /// <summary>A new activation of a batch is told at once that its partitions hold nothing.</summary>
    Recount,

    /// <summary>Saying the same again admits as many once more.</summary>
    Cumulative,

    /// <summary>What is admitted is reported as committed.</summary>
    CommitBeforeCount,

    /// <summary>A stale activation of a batch can still write: its row is stored whatever the ETag.</summary>
    StopETag,

    /// <summary>Segments of a batch that is over are taken for those of the batch that now bears the id.</summary>
    SegmentsUnbound,

    /// <summary>Checkpoints have the key of their instance alone, and not of the batch's incarnation.</summary>
    CheckpointsUnbound,

    /// <summary>A purge does not remove what a hosted partition has in rows of its own.</summary>
    PurgeMissesRow,

    /// <summary>Other silos are not told that a batch has stopped.</summary>
    StopNotTold,

    /// <summary>A silo forgets at once that a batch has stopped.</summary>
    StopForgotten,

    /// <summary>Readers read through the rows object that the partition writes with.</summary>
    ReaderSharesRows,

    /// <summary>A partition whose rows are gone is asked again for ever, also after a cancel.</summary>
    LostNotHeard,
}
