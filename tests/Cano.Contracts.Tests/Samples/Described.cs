using System.Collections;
using System.Globalization;
using System.Reflection;
using System.Text;

namespace Cano.Contracts.Tests.Samples;

/// <summary>A value as text, with every field of every object in it: two values are equal when their texts are. Records compare their arrays by reference, which says nothing here.</summary>
internal static class Described
{
    internal static string Of(object? value)
    {
        StringBuilder text = new();
        Write(text, value, "\n");
        return text.ToString();
    }

    /// <summary>The instance fields of a type of Cano's and of its bases, with the members that they stand for.</summary>
    internal static IEnumerable<(FieldInfo Field, MemberInfo Member)> FieldsOf(Type type)
    {
        for (Type? level = type; level is not null && IsOurs(level); level = level.BaseType)
        {
            foreach (FieldInfo field in level.GetFields(BindingFlags.Instance | BindingFlags.Public | BindingFlags.NonPublic | BindingFlags.DeclaredOnly))
            {
                yield return (field, MemberOf(level, field));
            }
        }
    }

    internal static bool IsOurs(Type type) => type.Namespace is "Cano";

    /// <summary>The property of a backing field; any other field is its own member.</summary>
    private static MemberInfo MemberOf(Type level, FieldInfo field) =>
        field.Name.StartsWith('<')
            && level.GetProperty(field.Name[1..field.Name.IndexOf('>', StringComparison.Ordinal)], BindingFlags.Instance | BindingFlags.Public | BindingFlags.NonPublic | BindingFlags.DeclaredOnly) is { } property
                ? property
                : field;

    private static void Write(StringBuilder text, object? value, string line)
    {
        switch (value)
        {
            case null:
                text.Append("null");
                break;
            case string or Enum:
                text.Append(CultureInfo.InvariantCulture, $"{value}");
                break;
            case byte[] bytes:
                text.Append(Encoding.UTF8.GetString(bytes));
                break;
            case DateTimeOffset time:
                text.Append(time.ToString("O", CultureInfo.InvariantCulture));
                break;
            case IDictionary entries:
                foreach (DictionaryEntry entry in entries)
                {
                    Write(text.Append(line).Append(CultureInfo.InvariantCulture, $"[{entry.Key}] "), entry.Value, line + "  ");
                }

                break;
            case IEnumerable items:
                foreach (object? item in items)
                {
                    Write(text.Append(line).Append("- "), item, line + "  ");
                }

                break;
            case not null when IsOurs(value.GetType()):
                WriteFields(text, value, line);
                break;
            default:
                text.Append(CultureInfo.InvariantCulture, $"{value}");
                break;
        }
    }

    private static void WriteFields(StringBuilder text, object value, string line)
    {
        text.Append(value.GetType().FullName);
        foreach ((FieldInfo field, MemberInfo member) in FieldsOf(value.GetType()))
        {
            Write(text.Append(line).Append(member.Name).Append(": "), field.GetValue(value), line + "  ");
        }

        if (value is Exception exception)
        {
            text.Append(line).Append(CultureInfo.InvariantCulture, $"Message: {exception.Message}");
            text.Append(line).Append(CultureInfo.InvariantCulture, $"Inner: {exception.InnerException?.GetType()} {exception.InnerException?.Message}");
        }
    }
}
