using System.Text.Json;
using System.Text.Json.Serialization.Metadata;

namespace Cano;

/// <summary>
/// Watches objects as they are written. A contract tells what it keeps of the type that a member is declared as; only the object tells
/// whether it is more than that: of a derived type, or a collection with a comparer of its own.
/// </summary>
internal static class WrittenObjects
{
    /// <summary>Adds the watch to the contract of a type whose objects need it.</summary>
    internal static void Watch(JsonTypeInfo info)
    {
        if (info.Kind == JsonTypeInfoKind.None || info.Type.IsValueType)
        {
            return;
        }

        bool isCollection = info.Kind != JsonTypeInfoKind.Object;
        bool mayBeDerived = !info.Type.IsSealed && !(isCollection && info.Type.IsInterface);
        bool mayCompare = isCollection && (info.Type.IsInterface || ComparerRule.Of(info.Type) is not null);
        Action<object>? own = info.OnSerializing;
        if (mayBeDerived || mayCompare)
        {
            info.OnSerializing = written =>
            {
                if (mayBeDerived && written.GetType() != info.Type)
                {
                    throw Derived(written.GetType(), info);
                }

                if (mayCompare && ComparerRule.Of(written.GetType())?.Unordinary(written) is { } comparer)
                {
                    throw new JsonException(
                        $"a {TypeText.Of(written.GetType())} has a comparer of its own ({comparer.GetType().Name}), "
                        + "and a copy would have the default one.");
                }

                own?.Invoke(written);
            };
        }
    }

    private static JsonException Derived(Type actual, JsonTypeInfo info)
    {
        string declared = TypeText.Of(info.Type);
        return new(
            $"a {TypeText.Of(actual)} is declared as {declared}, and a copy would be a {declared}. Declare it as what it is"
            + (info.Kind == JsonTypeInfoKind.Object
                ? $", or let {declared} tell its derived types apart: [JsonDerivedType(typeof({TypeText.Of(actual)}), \"...\")]."
                : "."));
    }
}
