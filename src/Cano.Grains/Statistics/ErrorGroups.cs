using System.Text.RegularExpressions;

namespace Cano;

/// <summary>Failures, those that are alike together.</summary>
internal sealed partial class ErrorGroups
{
    private const int MaxPattern = 200;
    private const int MaxExample = 500;
    private const int MaxIds = 5;

    private readonly Dictionary<(string Kind, string? State, string Pattern), ErrorGroup> _groups = [];

    /// <summary>How many failures are in no group because there are too many of those.</summary>
    internal int Others { get; set; }

    internal void Add(WorkflowError error, string instanceId) =>
        Add(new(error.Kind, error.State, PatternOf(error.Message), 1, Cut(error.Message, MaxExample), [instanceId]));

    internal void Add(ErrorGroup group)
    {
        (string Kind, string? State, string Pattern) key = (group.Kind, group.State, group.Pattern);
        if (_groups.TryGetValue(key, out ErrorGroup? present))
        {
            _groups[key] = present with { Count = present.Count + group.Count, InstanceIds = Some(present.InstanceIds, group.InstanceIds) };
        }
        else if (_groups.Count < BatchStatistics.MaxErrors)
        {
            _groups.Add(key, group);
        }
        else
        {
            Others += group.Count;
        }
    }

    internal ErrorGroup[] Build(out int others)
    {
        others = Others;
        return [.. _groups.Values.OrderByDescending(group => group.Count)];
    }

    /// <summary>What messages have in common that differ only in their numbers.</summary>
    internal static string PatternOf(string message) => Digits().Replace(Cut(message, MaxPattern), "#");

    private static string[] Some(string[] ids, string[] more) => ids.Length >= MaxIds ? ids : [.. ids.Concat(more).Take(MaxIds)];

    /// <summary>Never in the middle of a character that takes two places.</summary>
    private static string Cut(string text, int length) =>
        text.Length <= length ? text : text[..(char.IsHighSurrogate(text[length - 1]) ? length - 1 : length)];

    [GeneratedRegex("[0-9]+")]
    private static partial Regex Digits();
}
