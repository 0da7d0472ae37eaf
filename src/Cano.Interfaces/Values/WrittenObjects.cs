using System.Collections.Concurrent;
using System.Reflection;
using System.Text.Json;
using System.Text.Json.Serialization.Metadata;

namespace Cano;

/// <summary>
/// Watches objects as they are written. A contract tells what it keeps of the type that a member is declared as; only the object tells
/// whether it is more than that: of a derived type, or a collection with a comparer of its own.
/// </summary>
internal static class WrittenObjects
{
    private static readonly ConcurrentDictionary<Type, PropertyInfo?> s_comparers = new();

    /// <summary>Adds the watch to the contract of a type whose objects need it.</summary>
    internal static void Watch(JsonTypeInfo info)
    {
        if (info.Kind == JsonTypeInfoKind.None || info.Type.IsValueType)
        {
            return;
        }

        bool isCollection = info.Kind != JsonTypeInfoKind.Object;
        if (info.Type.IsSealed && !(isCollection && ComparerOf(info.Type) is not null))
        {
            return;
        }

        Action<object>? own = info.OnSerializing;
        info.OnSerializing = written =>
        {
            RequireDeclaredType(written, info);
            if (isCollection)
            {
                RequireOrdinaryComparer(written);
            }

            own?.Invoke(written);
        };
    }

    /// <summary>A collection that is declared by an interface is kept by its items: it is read as a list, a set or a dictionary.</summary>
    private static void RequireDeclaredType(object written, JsonTypeInfo info)
    {
        Type actual = written.GetType();
        if (actual != info.Type && !(info.Type.IsInterface && info.Kind != JsonTypeInfoKind.Object))
        {
            string declared = TypeText.Of(info.Type);
            throw new JsonException(
                $"a {TypeText.Of(actual)} is declared as {declared}, and a copy would be a {declared}. Declare it as what it is"
                + (info.Kind == JsonTypeInfoKind.Object
                    ? $", or let {declared} tell its derived types apart: [JsonDerivedType(typeof({TypeText.Of(actual)}), \"...\")]."
                    : "."));
        }
    }

    private static void RequireOrdinaryComparer(object written)
    {
        if (ComparerOf(written.GetType()) is { } property
            && property.GetValue(written) is { } comparer
            && !IsOrdinary(comparer, property.PropertyType))
        {
            throw new JsonException(
                $"a {TypeText.Of(written.GetType())} has a comparer of its own ({comparer.GetType().Name}), "
                + "and a copy would have the default one.");
        }
    }

    private static bool IsOrdinary(object comparer, Type type)
    {
        Type compared = type.GetGenericArguments()[0];
        if (type.GetGenericTypeDefinition() == typeof(IEqualityComparer<>))
        {
            return ReferenceEquals(comparer, StringComparer.Ordinal) || comparer.Equals(DefaultOf(typeof(EqualityComparer<>), compared));
        }

        return comparer.Equals(DefaultOf(typeof(Comparer<>), compared));
    }

    private static object? DefaultOf(Type comparers, Type compared) =>
        comparers.MakeGenericType(compared).GetProperty("Default")!.GetValue(null);

    /// <summary>The property that tells by what a set or dictionary compares its keys; null: the type has none.</summary>
    private static PropertyInfo? ComparerOf(Type type) => s_comparers.GetOrAdd(type, static type =>
        type.GetProperties(BindingFlags.Public | BindingFlags.Instance).FirstOrDefault(property =>
            property is { Name: "Comparer" or "KeyComparer", PropertyType.IsGenericType: true }
            && property.PropertyType.GetGenericTypeDefinition() is { } definition
            && (definition == typeof(IEqualityComparer<>) || definition == typeof(IComparer<>))));
}
