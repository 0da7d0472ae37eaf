using System.Collections;
using System.Collections.Concurrent;
using System.Reflection;

namespace Cano;

/// <summary>
/// All that an object holds, private fields included, as one number: two histories that lead to the same number lead to the same future, so
/// only one of them is followed.
/// </summary>
internal struct Fingerprint
{
    /// <summary>
    /// Left out: what never differs between two histories, and what only paces writes, which here may happen at any time.
    /// </summary>
    private static readonly HashSet<Type> s_leftOut = [typeof(BatchHeader), typeof(PartitionNames), typeof(PartitionSpec), typeof(CommitPace), typeof(KeptPaths)];

    private static readonly ConcurrentDictionary<Type, FieldInfo[]> s_fields = new();

    private ulong _value;

    internal readonly ulong Value => _value;

    internal void Add(ulong number) => _value = (_value ^ (number + 0x9E3779B97F4A7C15)) * 0xBF58476D1CE4E5B9 ^ (_value >> 29);

    internal void Add(object? part)
    {
        switch (part)
        {
            case null:
                Add(1);
                break;
            case bool flag:
                Add(flag ? 3UL : 2UL);
                break;
            case int number:
                Add(unchecked((ulong)number));
                break;
            case long number:
                Add(unchecked((ulong)number));
                break;
            case short number:
                Add(unchecked((ulong)number));
                break;
            case byte number:
                Add((ulong)number);
                break;
            case string text:
                Add(unchecked((ulong)string.GetHashCode(text, StringComparison.Ordinal)));
                break;
            case DateTimeOffset time:
                Add(unchecked((ulong)time.UtcTicks));
                break;
            case TimeSpan span:
                Add(unchecked((ulong)span.Ticks));
                break;
            case Enum value:
                Add(Convert.ToUInt64(value));
                break;
            case IEnumerable items:
                AddItems(items);
                break;
            default:
                AddFields(part);
                break;
        }
    }

    private void AddItems(IEnumerable items)
    {
        ulong count = 0;
        foreach (object? item in items)
        {
            Add(item);
            count++;
        }

        Add(count);
    }

    private void AddFields(object part)
    {
        Type type = part.GetType();
        if (s_leftOut.Contains(type))
        {
            return;
        }

        foreach (FieldInfo field in s_fields.GetOrAdd(type, FieldsOf))
        {
            Add(field.GetValue(part));
        }
    }

    /// <summary>The number of an order is left out: the model says of each message that is late whether it was overtaken.</summary>
    private static FieldInfo[] FieldsOf(Type type) =>
        [.. type.GetFields(BindingFlags.Instance | BindingFlags.Public | BindingFlags.NonPublic).Where(field => !field.Name.Contains("equence", StringComparison.Ordinal))];
}
