namespace Cano;

/// <summary>What came of a batch so far, in numbers.</summary>
internal sealed record StatisticsDocument
{
    /// <summary>The batch.</summary>
    public required string BatchId { get; init; }

    /// <summary>How many instances there are.</summary>
    public int Total { get; init; }

    /// <summary>How many are completed.</summary>
    public int Completed { get; init; }

    /// <summary>How many are failed.</summary>
    public int Failed { get; init; }

    /// <summary>How many are cancelled.</summary>
    public int Cancelled { get; init; }

    /// <summary>How long the completed and the failed ones ran.</summary>
    public required DurationsDocument Durations { get; init; }

    /// <summary>The same by size, the shortest first. Bars without any are there as well.</summary>
    public required IReadOnlyList<DurationBar> Histogram { get; init; }

    /// <summary>How many ended when, in spans of equal length.</summary>
    public required IReadOnlyList<EndBar> Ends { get; init; }

    /// <summary>
    /// Each workflow and label, in the order in which they first come; at most 50, the last of which may take in all others (its workflow
    /// is then null).
    /// </summary>
    public required IReadOnlyList<VariantDocument> Variants { get; init; }

    /// <summary>
    /// Failures that are alike (same kind, same state, same message but for numbers and GUIDs), the most frequent first; at most 50.
    /// </summary>
    public required IReadOnlyList<ErrorGroup> Errors { get; init; }

    /// <summary>How many failures are not counted there, because there are too many kinds; 0: all of those counts are exact.</summary>
    public int OtherErrors { get; init; }

    /// <summary>Those that ran longest, the longest first; at most 10. Cancelled ones are not among them.</summary>
    public required IReadOnlyList<TimesDocument> Slowest { get; init; }

    /// <summary>When instances ran.</summary>
    public required TimelineDocument Timeline { get; init; }

    /// <summary>Which states followed which, in the paths that are kept: those of failed instances and of a sample of the others.</summary>
    public required IReadOnlyList<Transition> Transitions { get; init; }

    internal static StatisticsDocument Of(string batchId, BatchStatistics statistics)
    {
        DurationHistogram durations = new();
        foreach (VariantStatistics variant in statistics.Variants)
        {
            durations.Add(variant.CompletedDurations);
            durations.Add(variant.FailedDurations);
        }

        return new()
        {
            BatchId = batchId,
            Total = statistics.Variants.Sum(variant => variant.Total),
            Completed = statistics.Variants.Sum(variant => variant.Completed),
            Failed = statistics.Variants.Sum(variant => variant.Failed),
            Cancelled = statistics.Variants.Sum(variant => variant.Cancelled),
            Durations = DurationsDocument.Of(durations),
            Histogram = DurationBar.Of(statistics.Variants),
            Ends = EndBar.Of(statistics.Ends),
            Variants = VariantDocument.Of(statistics.Variants),
            Errors = statistics.Errors,
            OtherErrors = statistics.OtherErrors,
            Slowest = [.. statistics.Slowest.Select(TimesDocument.Of)],
            Timeline = new(
                StatisticsReader.SampleShare(statistics.Variants.Sum(variant => variant.Total)),
                [.. statistics.Sample.Select(TimesDocument.Of)]),
            Transitions = statistics.Transitions,
        };
    }
}

/// <summary>Durations, to within one percent. All zero when there are none.</summary>
/// <param name="Count">How many there are.</param>
/// <param name="P50">Half of them are at or below it.</param>
/// <param name="P90">Nine of ten are.</param>
/// <param name="P95">Nineteen of twenty are.</param>
/// <param name="P99">Ninety-nine of a hundred are.</param>
/// <param name="Max">All are.</param>
internal sealed record DurationsDocument(long Count, TimeSpan P50, TimeSpan P90, TimeSpan P95, TimeSpan P99, TimeSpan Max)
{
    internal static DurationsDocument Of(DurationHistogram durations) => new(
        durations.Count, durations.Percentile(50), durations.Percentile(90), durations.Percentile(95), durations.Percentile(99), durations.Percentile(100));

    internal static DurationsDocument Of(DurationSketch sketch)
    {
        DurationHistogram durations = new();
        durations.Add(sketch);
        return Of(durations);
    }
}

/// <summary>How many instances ended in a span of time.</summary>
/// <param name="From">When the span begins.</param>
/// <param name="To">When it ends.</param>
/// <param name="Completed">How many completed in it.</param>
/// <param name="Failed">How many failed.</param>
/// <param name="Cancelled">How many were cancelled.</param>
internal sealed record EndBar(DateTimeOffset From, DateTimeOffset To, int Completed, int Failed, int Cancelled)
{
    internal static IReadOnlyList<EndBar> Of(EndTimes ends) =>
    [
        .. Enumerable.Range(0, ends.Completed.Length).Select(span => new EndBar(
            new((ends.First + span) * ends.Width, TimeSpan.Zero),
            new((ends.First + span + 1) * ends.Width, TimeSpan.Zero),
            ends.Completed[span],
            ends.Failed[span],
            ends.Cancelled[span])),
    ];
}

/// <summary>When instances ran.</summary>
/// <param name="Share">Which share of the instances is shown: from 0 to 1. They are chosen by a hash of their ids, the same ones each
/// time.</param>
/// <param name="Instances">Those of them that have begun, in the order submitted.</param>
internal sealed record TimelineDocument(double Share, IReadOnlyList<TimesDocument> Instances);

/// <summary>When an instance ran.</summary>
/// <param name="Ordinal">Its place in the batch, from 0.</param>
/// <param name="Id">Its id.</param>
/// <param name="Outcome">What came of it; null while it runs.</param>
/// <param name="StartedAt">When it first began.</param>
/// <param name="FinishedAt">When it ended; null while it runs.</param>
internal sealed record TimesDocument(int Ordinal, string Id, WorkflowOutcome? Outcome, DateTimeOffset StartedAt, DateTimeOffset? FinishedAt)
{
    internal static TimesDocument Of(InstanceTimes times) => new(
        times.Ordinal, times.Id, times.Outcome, new(times.StartedAt, TimeSpan.Zero), times.FinishedAt == 0 ? null : new DateTimeOffset(times.FinishedAt, TimeSpan.Zero));
}
