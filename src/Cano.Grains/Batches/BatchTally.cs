namespace Cano;

/// <summary>What the partitions of a batch have reported, added up. Pure.</summary>
internal sealed class BatchTally
{
    private (DateTimeOffset At, string? Id) _lastCompleted;
    private (DateTimeOffset At, string? Id) _lastFinal;

    internal int Completed { get; private set; }

    internal int Failed { get; private set; }

    internal int Cancelled { get; private set; }

    internal int Running { get; private set; }

    /// <summary>How many wait for a silo that has their workflow.</summary>
    internal int Unplaceable { get; private set; }

    /// <summary>How many partitions have only final outcomes.</summary>
    internal int Sealed { get; private set; }

    /// <summary>Takes in a report in place of the partition's last one.</summary>
    internal void Count(PartitionReport? last, PartitionReport report)
    {
        Completed += report.Completed - (last?.Completed ?? 0);
        Failed += report.Failed - (last?.Failed ?? 0);
        Cancelled += report.Cancelled - (last?.Cancelled ?? 0);
        Running += report.Running - (last?.Running ?? 0);
        Unplaceable += report.Unplaceable - (last?.Unplaceable ?? 0);
        Sealed += (report.Sealed ? 1 : 0) - (last?.Sealed == true ? 1 : 0);
        if (report.LastFinalAt is { } at)
        {
            _lastFinal = at >= _lastFinal.At ? (at, report.LastFinal) : _lastFinal;
            bool more = report.LastCompleted is not null && report.LastCompleted != last?.LastCompleted;
            _lastCompleted = more && at >= _lastCompleted.At ? (at, report.LastCompleted) : _lastCompleted;
        }
    }

    internal BatchTally Copy() => (BatchTally)MemberwiseClone();

    /// <summary>What the strategy goes by, without what some partitions have reported.</summary>
    internal Tally Without(IEnumerable<PartitionReport?> lost)
    {
        int completed = Completed;
        int failed = Failed;
        foreach (PartitionReport? report in lost)
        {
            completed -= report?.Completed ?? 0;
            failed -= report?.Failed ?? 0;
        }

        return new(completed, failed, _lastCompleted.Id, _lastFinal.Id);
    }
}
