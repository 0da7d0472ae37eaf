using Cano;

namespace TextStatistics;

/// <summary>The sum of what the instances of a batch report.</summary>
internal sealed class StatisticsTotals
{
    private readonly WordRanking _ranking = new();
    private readonly SortedDictionary<string, int> _rejections = new(StringComparer.Ordinal);
    private readonly List<WorkflowResult<TextState>> _failed = [];

    /// <summary>How many files were counted.</summary>
    internal int Files { get; private set; }

    /// <summary>The sum of their counts.</summary>
    internal TextCounts Counts { get; private set; } = new(0, 0, 0);

    /// <summary>How many files were rejected, for each reason.</summary>
    internal IReadOnlyDictionary<string, int> Rejections => _rejections;

    /// <summary>The results of the files that could not be read.</summary>
    internal IReadOnlyList<WorkflowResult<TextState>> Failed => _failed;

    internal int Cancelled { get; private set; }

    /// <summary>The words that are most frequent when each file's ten most frequent words are added up.</summary>
    internal RankedWord[] TopWords => _ranking.Top(10);

    internal void Add(WorkflowResult<TextState> result)
    {
        switch (result.Outcome)
        {
            case WorkflowOutcome.Completed when result.FinalState is TextState.Done:
                Add(result.GetOutput<TextReport>()!);
                break;
            case WorkflowOutcome.Completed:
                string reason = result.GetOutput<Rejection>()!.Reason;
                _rejections[reason] = _rejections.GetValueOrDefault(reason) + 1;
                break;
            case WorkflowOutcome.Failed:
                _failed.Add(result);
                break;
            case WorkflowOutcome.Cancelled:
                Cancelled++;
                break;
        }
    }

    private void Add(TextReport report)
    {
        Files++;
        Counts = new(Counts.Bytes + report.Counts.Bytes, Counts.Lines + report.Counts.Lines, Counts.Words + report.Counts.Words);
        foreach (RankedWord word in report.TopWords)
        {
            _ranking.Add(word);
        }
    }
}
