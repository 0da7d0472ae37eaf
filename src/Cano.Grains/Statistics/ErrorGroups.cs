using System.Text.RegularExpressions;

namespace Cano;

/// <summary>
/// Failures, those that are alike together. Whatever is added, few groups are held: those that come least often are given up first, and
/// what they counted is among the others then.
/// </summary>
internal sealed partial class ErrorGroups
{
    /// <summary>As many as a partition can have, so that a partition gives none up before all are counted.</summary>
    internal const int MaxHeld = PartitionSpec.MaxInstances;

    private const int MaxPattern = 200;
    private const int MaxExample = 500;
    private const int MaxIds = 5;

    private Dictionary<(string Kind, string? State, string Pattern), ErrorGroup> _groups = [];
    private int _others;

    internal void Add(WorkflowError error, string instanceId) =>
        Add(new(error.Kind, error.State, PatternOf(error.Message), 1, Cut(error.Message, MaxExample), [instanceId]));

    internal void Add(ErrorGroup group)
    {
        (string Kind, string? State, string Pattern) key = (group.Kind, group.State, group.Pattern);
        if (_groups.TryGetValue(key, out ErrorGroup? present))
        {
            _groups[key] = present with { Count = present.Count + group.Count, InstanceIds = Some(present.InstanceIds, group.InstanceIds) };
            return;
        }

        if (_groups.Count == MaxHeld)
        {
            ErrorGroup[] kept = MostFrequent(MaxHeld / 2);
            _others = OthersThan(kept);
            _groups = kept.ToDictionary(one => (one.Kind, one.State, one.Pattern));
        }

        _groups.Add(key, group);
    }

    /// <summary>Adds failures that are in no group.</summary>
    internal void AddOthers(int count) => _others += count;

    internal ErrorGroup[] Build(out int others)
    {
        ErrorGroup[] groups = MostFrequent(BatchStatistics.MaxErrors);
        others = OthersThan(groups);
        return groups;
    }

    /// <summary>
    /// What messages have in common that differ only in their numbers and GUIDs. Cut after that, so that numbers of other lengths leave it
    /// alike.
    /// </summary>
    internal static string PatternOf(string message) => Cut(Varying().Replace(message, "#"), MaxPattern);

    /// <summary>Of those that come equally often, which ones depends on nothing but what they are: not on who counted them first.</summary>
    private ErrorGroup[] MostFrequent(int count) =>
    [
        .. _groups.Values
            .OrderByDescending(group => group.Count)
            .ThenBy(group => group.Pattern, StringComparer.Ordinal)
            .ThenBy(group => group.Kind, StringComparer.Ordinal)
            .ThenBy(group => group.State, StringComparer.Ordinal)
            .Take(count),
    ];

    private int OthersThan(ErrorGroup[] groups) => _others + _groups.Values.Sum(group => group.Count) - groups.Sum(group => group.Count);

    private static string[] Some(string[] ids, string[] more) => ids.Length >= MaxIds ? ids : [.. ids.Concat(more).Take(MaxIds)];

    /// <summary>Never in the middle of a character that takes two places.</summary>
    private static string Cut(string text, int length) =>
        text.Length <= length ? text : text[..(char.IsHighSurrogate(text[length - 1]) ? length - 1 : length)];

    [GeneratedRegex("[0-9a-fA-F]{8}(?:-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}|[0-9]+")]
    private static partial Regex Varying();
}
