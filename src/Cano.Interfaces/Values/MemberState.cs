using System.Reflection;
using System.Text.Json.Serialization.Metadata;

namespace Cano;

/// <summary>
/// What an object holds, beside what its contract keeps. A property that only computes may be written and not read: its value comes back
/// by itself, if all fields of the object come back.
/// </summary>
internal sealed class MemberState
{
    private const BindingFlags OwnFields = BindingFlags.Instance | BindingFlags.Public | BindingFlags.NonPublic | BindingFlags.DeclaredOnly;

    private readonly FieldInfo[] _fields;
    private readonly bool _isKept;

    internal MemberState(JsonTypeInfo info)
    {
        _fields = [.. FieldsOf(info.Type)];
        HashSet<string> kept =
        [
            .. info.Properties.Where(member => member.Set is not null || member.AssociatedParameter is not null).Select(NameOf),
        ];
        _isKept = _fields.All(field => kept.Contains(PropertyOf(field) ?? field.Name));
    }

    internal bool HasFields => _fields.Length > 0;

    /// <summary>The member's name as its author wrote it.</summary>
    internal static string NameOf(JsonPropertyInfo member) => (member.AttributeProvider as MemberInfo)?.Name ?? member.Name;

    /// <summary>The first member that a user's collection adds to the one it derives from; null: none, or it derives from none.</summary>
    internal static string? OfCollection(Type collection)
    {
        List<FieldInfo> added = [];
        Type? level = collection;
        for (; level is not null && !IsOfTheFramework(level); level = level.BaseType)
        {
            added.AddRange(level.GetFields(OwnFields));
        }

        return added.Count == 0 || level is null || level == typeof(object) || level == typeof(ValueType)
            ? null
            : $"{TypeText.Of(collection)}.{PropertyOf(added[0]) ?? added[0].Name}";
    }

    /// <summary>Whether a member that can't be set comes back all the same, because it has no field and all fields come back.</summary>
    internal bool IsComputed(JsonPropertyInfo member) =>
        member.AttributeProvider is PropertyInfo property
        && _isKept
        && !_fields.Any(field => field.DeclaringType == property.DeclaringType && PropertyOf(field) == property.Name);

    private static IEnumerable<FieldInfo> FieldsOf(Type type)
    {
        for (Type? level = type; level is not null && level != typeof(object); level = level.BaseType)
        {
            foreach (FieldInfo field in level.GetFields(OwnFields))
            {
                yield return field;
            }
        }
    }

    /// <summary>The property whose value the compiler keeps in this field; null: it is a field of the author's.</summary>
    private static string? PropertyOf(FieldInfo field) =>
        field.Name.StartsWith('<') && field.Name.IndexOf(">k__BackingField", StringComparison.Ordinal) is > 0 and int end
            ? field.Name[1..end]
            : null;

    private static bool IsOfTheFramework(Type type) =>
        type.Namespace is { } name && (name == "System" || name.StartsWith("System.", StringComparison.Ordinal));
}
