namespace TextStatistics;

/// <summary>The output of an instance that ended in <see cref="TextState.Done"/>.</summary>
/// <param name="Counts">Bytes, lines, words.</param>
/// <param name="TopWords">The ten most frequent words, the most frequent first.</param>
public sealed record TextReport(TextCounts Counts, IReadOnlyList<RankedWord> TopWords);

/// <summary>The output of an instance that ended in <see cref="TextState.Rejected"/>.</summary>
/// <param name="Reason">Why, such as <c>binary</c>.</param>
public sealed record Rejection(string Reason);
