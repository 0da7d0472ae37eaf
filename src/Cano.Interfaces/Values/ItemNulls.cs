using System.Collections;
using System.Reflection;
using System.Text.Json;
using System.Text.Json.Serialization.Metadata;

namespace Cano;

/// <summary>
/// Refuses null among the items of a member's collection (<c>List&lt;string&gt;</c>, <c>Dictionary&lt;string, Item&gt;</c>) where their
/// type says not null: the serializer looks at the annotations of members only.
/// </summary>
internal static class ItemNulls
{
    /// <summary>Lets objects of a type be checked once they are read.</summary>
    internal static void Refuse(JsonTypeInfo type)
    {
        JsonPropertyInfo[] refusing = type.Kind is JsonTypeInfoKind.Object ? [.. type.Properties.Where(AreRefused)] : [];
        if (refusing.Length == 0)
        {
            return;
        }

        Action<object>? before = type.OnDeserialized;
        type.OnDeserialized = read =>
        {
            foreach (JsonPropertyInfo property in refusing)
            {
                if (HasNull(property.Get!(read)))
                {
                    throw new JsonException($"An item of {property.Name} is null, and must not be.");
                }
            }

            before?.Invoke(read);
        };
    }

    /// <summary>Whether the items of a member must not be null.</summary>
    internal static bool AreRefused(JsonPropertyInfo property)
    {
        if (property.Get is null || property.PropertyType == typeof(string) || !typeof(IEnumerable).IsAssignableFrom(property.PropertyType))
        {
            return false;
        }

        NullabilityInfoContext context = new();
        NullabilityInfo? collection = property.AttributeProvider switch
        {
            PropertyInfo member => context.Create(member),
            FieldInfo member => context.Create(member),
            _ => null,
        };
        NullabilityInfo? item = collection?.ElementType ?? collection?.GenericTypeArguments.LastOrDefault();
        return item is { ReadState: NullabilityState.NotNull, Type.IsValueType: false };
    }

    private static bool HasNull(object? collection)
    {
        IEnumerable? items = collection is IDictionary dictionary ? dictionary.Values : collection as IEnumerable;
        foreach (object? item in items ?? Array.Empty<object>())
        {
            if (item is null)
            {
                return true;
            }
        }

        return false;
    }
}
