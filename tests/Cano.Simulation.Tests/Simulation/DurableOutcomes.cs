namespace Cano;

/// <summary>What the rows of the partitions of one incarnation say, read without the code under test, and whether a new row contradicts an older one.</summary>
internal sealed class DurableOutcomes(Scenario scenario, BatchContent content)
{
    private readonly List<Segment>[] _chains = [.. content.Header.PartitionSizes.Select(_ => new List<Segment>())];

    private readonly int[] _completed = new int[content.Header.PartitionSizes.Length];
    private readonly int[] _failed = new int[content.Header.PartitionSizes.Length];

    /// <summary>As late as orders can be: a message that is repeated late, in a schedule whose time jumps.</summary>
    private static readonly TimeSpan s_slowestMessage = TimeSpan.FromSeconds(150);

    /// <summary>The partitions that the batch has given up: all their instances are Failed.</summary>
    internal int[] Lost { get; set; } = [];

    internal int Completed => Sum(partition => Lost.Contains(partition) ? 0 : _completed[partition]);

    internal int Failed => Sum(partition => Lost.Contains(partition) ? content.Header.PartitionSizes[partition] : _failed[partition]);

    internal bool AllFinal => Enumerable.Range(0, _chains.Length).All(partition => IsFinal(partition) || Lost.Contains(partition));

    private int Sum(Func<int, int> of) => Enumerable.Range(0, _chains.Length).Sum(of);

    /// <summary>Takes in a row that has landed.</summary>
    /// <returns>What it breaks; null: nothing.</returns>
    internal string? Take(int partition, int index, Segment segment)
    {
        List<Segment> chain = _chains[partition];
        if (IsFinal(partition))
        {
            return $"Partition {partition} was final and is written again.";
        }

        if (index < chain.Count - 1 || index > chain.Count)
        {
            return $"Segment {index} of partition {partition} is written, the chain has {chain.Count}.";
        }

        Segment? before = index < chain.Count ? chain[index] : null;
        Segment? last = chain.Count == 0 ? null : chain[^1];
        if (segment.Fence < last?.Fence || segment.Epoch < last?.Epoch)
        {
            return $"Partition {partition} went back from fence {last.Fence} and epoch {last.Epoch} to {segment.Fence} and {segment.Epoch}.";
        }

        if (before is not null && !before.Results.SequenceEqual(segment.Results.Take(before.Results.Length)))
        {
            return $"Outcomes of partition {partition} changed.";
        }

        foreach (StoredResult added in segment.Results.Skip(before?.Results.Length ?? 0))
        {
            if (chain.Any(one => one.Results.Any(result => result.Index == added.Index)))
            {
                return $"Instance {added.Index} of partition {partition} got a second outcome.";
            }

            // A partition knows the deadline as exactly as messages are fast; where clocks differ the times can't be compared here.
            if (content.Header.Timeout.DurationOrNull is not null && Array.TrueForAll(scenario.ClockSkews, skew => skew == default)
                && Deadline is { } deadline && added.FinishedAt > (deadline + s_slowestMessage).UtcTicks)
            {
                return $"Instance {added.Index} of partition {partition} counts though it ended {TimeSpan.FromTicks(added.FinishedAt - deadline.UtcTicks)} after the deadline.";
            }

            (added.IsSuccess ? _completed : _failed)[partition]++;
        }

        if (before is null)
        {
            chain.Add(segment);
        }
        else
        {
            chain[index] = segment;
        }

        return null;
    }

    internal DateTimeOffset? Deadline { get; set; }

    internal bool IsFinal(int partition) =>
        _chains[partition] is [.., var last] && (last.Seal is not null || Results(partition).Count() == content.Header.PartitionSizes[partition]);

    /// <summary>How many outcomes of a partition are final.</summary>
    internal int Final(int partition) => IsFinal(partition) ? content.Header.PartitionSizes[partition] : Results(partition).Count();

    internal (WorkflowOutcome Outcome, CancelReason? Reason)? Of(int ordinal)
    {
        (int partition, int index) = Place(ordinal);
        if (Results(partition).FirstOrDefault(one => one.Index == index) is { } result)
        {
            return (result.IsSuccess ? WorkflowOutcome.Completed : WorkflowOutcome.Failed, null);
        }

        return _chains[partition] is [.., { Seal: { } seal }]
            ? (WorkflowOutcome.Cancelled, seal.Surplus.Contains(index) ? CancelReason.Surplus : seal.CancelReason)
            : null;
    }

    /// <summary>Which instance's outcome became final as number <paramref name="place"/> of a partition; cancelled ones follow in the order submitted. -1: none yet.</summary>
    internal int OrdinalAt(int partition, int place)
    {
        int first = content.Specs[partition].FirstOrdinal;
        int[] ended = [.. Results(partition).Select(one => one.Index)];
        int[] order = IsFinal(partition)
            ? [.. ended, .. Enumerable.Range(0, content.Header.PartitionSizes[partition]).Except(ended)]
            : ended;
        return place < order.Length ? first + order[place] : -1;
    }

    internal bool IsCompleted(string? id) => id is not null && Of(int.Parse(id.AsSpan(1)))?.Outcome == WorkflowOutcome.Completed;

    internal bool IsFinal(string? id) => id is not null && Of(int.Parse(id.AsSpan(1))) is not null;

    private IEnumerable<StoredResult> Results(int partition) => _chains[partition].SelectMany(segment => segment.Results);

    private (int Partition, int Index) Place(int ordinal)
    {
        int partition = Array.FindLastIndex(content.Specs, spec => spec.FirstOrdinal <= ordinal);
        return (partition, ordinal - content.Specs[partition].FirstOrdinal);
    }
}
