using System.Text.Json.Serialization.Metadata;

namespace Cano;

/// <summary>
/// The path at which a value could not be written: System.Text.Json names members as their author did, a reader as JSON does.
/// </summary>
internal static class MemberPath
{
    /// <summary>The path with the names that members have in JSON, as far as the declared types tell.</summary>
    internal static string InJson(string path, JsonTypeInfo root)
    {
        string[] segments = path.Split('.');
        JsonTypeInfo? at = Items(root);
        for (int i = 1; i < segments.Length && at is not null; i++)
        {
            // What belongs to an item of a list stands behind the name of the list.
            string name = segments[i];
            int bracket = name.IndexOf('[', StringComparison.Ordinal);
            string items = bracket < 0 ? "" : name[bracket..];
            name = bracket < 0 ? name : name[..bracket];
            JsonPropertyInfo? member = at.Properties.FirstOrDefault(property => MemberState.NameOf(property) == name);
            segments[i] = (member?.Name ?? name) + items;
            at = member is null ? null : Items(root.Options.GetTypeInfo(member.PropertyType));
        }

        return string.Join('.', segments);
    }

    /// <summary>The type whose members follow in a path: of a list or a dictionary that of its items.</summary>
    private static JsonTypeInfo Items(JsonTypeInfo info) =>
        info.ElementType is { } element && element != info.Type ? Items(info.Options.GetTypeInfo(element)) : info;
}
