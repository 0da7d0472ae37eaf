using System.Collections.Concurrent;
using System.Reflection;

namespace Cano;

/// <summary>
/// By what a set or dictionary compares its keys: a copy that is read from JSON compares by the default, whatever the original did.
/// </summary>
/// <param name="property">The property that tells the comparer.</param>
/// <param name="ordinary">The default one.</param>
internal sealed class ComparerRule(PropertyInfo property, object ordinary)
{
    private static readonly ConcurrentDictionary<Type, ComparerRule?> s_rules = new();

    /// <summary>The rule of a type; null: its collections have no comparer.</summary>
    internal static ComparerRule? Of(Type type) => s_rules.GetOrAdd(type, static type =>
        type.GetProperties(BindingFlags.Public | BindingFlags.Instance)
            .Where(property => property is { Name: "Comparer" or "KeyComparer", PropertyType.IsGenericType: true })
            .Select(property => DefaultFor(property.PropertyType) is { } ordinary ? new ComparerRule(property, ordinary) : null)
            .FirstOrDefault(rule => rule is not null));

    /// <summary>The comparer of a collection if a copy would have another one; null: it is as good as the default.</summary>
    internal object? Unordinary(object collection) => property.GetValue(collection) switch
    {
        null => null,
        { } comparer when comparer.Equals(ordinary) => null,

        // Texts are compared by their characters by default, too, where they are only compared for equality.
        { } comparer when ReferenceEquals(comparer, StringComparer.Ordinal) && ordinary is IEqualityComparer<string> => null,
        { } comparer => comparer,
    };

    private static object? DefaultFor(Type comparer)
    {
        Type kind = comparer.GetGenericTypeDefinition();
        Type? defaults = kind == typeof(IEqualityComparer<>) ? typeof(EqualityComparer<>) : kind == typeof(IComparer<>) ? typeof(Comparer<>) : null;
        return defaults?.MakeGenericType(comparer.GetGenericArguments()).GetProperty("Default")!.GetValue(null);
    }
}
