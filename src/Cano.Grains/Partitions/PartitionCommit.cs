namespace Cano;

/// <summary>
/// A write of a partition that is planned, under way or durable: results, the epoch to obey, the fence and perhaps the seal, all in one
/// segment.
/// </summary>
/// <param name="Number">The number of the segment in the chain.</param>
/// <param name="Segment">The whole segment as it will be.</param>
/// <param name="Added">The results that are new in it.</param>
/// <param name="Taken">The outcomes that those were made from.</param>
/// <param name="LeavesStarts">True: instances run whose start is too recent to be in it.</param>
internal sealed record PartitionCommit(int Number, Segment Segment, StoredResult[] Added, List<ReadyOutcome> Taken, bool LeavesStarts)
{
    /// <summary>What the partition will report once this is durable, for decisions that go into the same write.</summary>
    /// <param name="before">What it reports before.</param>
    /// <param name="durable">What is durable before.</param>
    internal PartitionReport ReportAfter(PartitionReport before, ResultIndex durable)
    {
        int count = durable.Count;
        Func<int, string> idOf = durable.Names.Id;
        int completed = before.Completed + Added.Count(result => result.IsSuccess);
        int failed = before.Failed + Added.Length - (completed - before.Completed);
        bool isFinal = Segment.Seal is not null || completed + failed == count;
        return before with
        {
            Completed = completed,
            Failed = failed,
            Cancelled = isFinal ? count - completed - failed : 0,
            Sealed = isFinal,
            LastCompleted = Added.LastOrDefault(result => result.IsSuccess) is { } success ? idOf(success.Index) : before.LastCompleted,
            LastFinal = Added is [.., var last] ? idOf(last.Index) : before.LastFinal,
            LastFinalAt = Added is [.., var latest] ? new(latest.FinalAt, TimeSpan.Zero) : before.LastFinalAt,
        };
    }
}
