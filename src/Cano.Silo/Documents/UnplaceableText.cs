using System.Globalization;

namespace Cano;

/// <summary>Says how many instances wait because no silo has their workflow.</summary>
internal static class UnplaceableText
{
    /// <summary>How many workflows are named: a program with other workflows may miss all of hundreds.</summary>
    private const int NamesShown = 5;

    /// <summary>Of a silo: <c>12 instances wait for a silo that has workflow 'a'.</c>; null when none waits.</summary>
    /// <param name="waiting">How many of each workflow, the most first.</param>
    internal static string? Of(IReadOnlyList<(string Workflow, int Count)> waiting) => waiting switch
    {
        [] => null,
        [var one] => $"{Wait(one.Count)} for a silo that has workflow '{one.Workflow}'.",
        _ => $"{Wait(waiting.Sum(one => one.Count))} for silos that have their workflows: {Names(waiting)}.",
    };

    /// <summary>Of one batch: <c>12 instances wait for a silo that has their workflow.</c>; null when none waits.</summary>
    internal static string? Of(BatchStatus status) => status.Unplaceable switch
    {
        0 => null,
        1 => $"{Wait(1)} for a silo that has its workflow.",
        var count => $"{Wait(count)} for a silo that has their workflow.",
    };

    private static string Wait(int count) =>
        count == 1 ? "1 instance waits" : string.Create(CultureInfo.InvariantCulture, $"{count:N0} instances wait");

    private static string Names(IReadOnlyList<(string Workflow, int Count)> waiting)
    {
        IEnumerable<string> shown = waiting.Take(NamesShown)
            .Select(one => string.Create(CultureInfo.InvariantCulture, $"'{one.Workflow}' ({one.Count:N0})"));
        int others = waiting.Count - NamesShown;
        return string.Join(", ", others > 0 ? shown.Append(string.Create(CultureInfo.InvariantCulture, $"and {others:N0} more")) : shown);
    }
}
