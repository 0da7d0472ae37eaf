using Cano;

namespace TextStatistics;

/// <summary>What is printed at the end.</summary>
internal static class StatisticsReport
{
    internal static void Write(TextWriter output, string folder, StatisticsTotals totals, BatchStatus finished, string dataFolder)
    {
        string reasons = totals.Rejections.Count == 0 ? "" : $"  {string.Join(", ", totals.Rejections.Select(rejection => $"{rejection.Value} {rejection.Key}"))}";
        output.WriteLine(FormattableString.Invariant($"""
            {folder}

            files     {totals.Files,12}
            bytes     {totals.Counts.Bytes,12}
            lines     {totals.Counts.Lines,12}
            words     {totals.Counts.Words,12}
            rejected  {totals.Rejections.Values.Sum(),12}{reasons}
            failed    {totals.Failed.Count,12}
            cancelled {totals.Cancelled,12}

            The most frequent words (each file's ten, added up):
            """));
        foreach ((int index, RankedWord word) in totals.TopWords.Index())
        {
            output.WriteLine(FormattableString.Invariant($"{index + 1,4}. {word.Word,-20} {word.Count,8}"));
        }

        output.WriteLine(FormattableString.Invariant($"""

            Batch {finished.Id} stopped after {finished.TotalDuration.TotalSeconds:0.000} s: {finished.StopReason}.
            It is kept in {dataFolder}.
            """));
    }
}
