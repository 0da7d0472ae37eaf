using System.Collections;
using System.Text.Json;
using System.Text.Json.Serialization.Metadata;

namespace Cano;

/// <summary>
/// Finds the part of an object that can't be written as JSON: the serializer names it for some faults only, and neither for <c>NaN</c> nor
/// for a
/// getter that throws. Called once writing has failed; it calls getters again.
/// </summary>
internal sealed class UnwritableFinder
{
    /// <summary>Deeper values are refused for their depth alone.</summary>
    private const int MaxDepth = 64;

    private readonly JsonSerializerOptions _options;
    private readonly List<object> _above = [];

    private UnwritableFinder(JsonSerializerOptions options) => _options = options;

    /// <summary>Finds the first part.</summary>
    /// <param name="value">What could not be written.</param>
    /// <param name="type">The type as which it was to be written.</param>
    /// <param name="options">The options with which it was to be written.</param>
    /// <param name="thrown">What the serializer threw.</param>
    /// <returns>Its JSON path, and what is wrong with it.</returns>
    internal static SubmissionFault Find(object? value, Type type, JsonSerializerOptions options, Exception thrown) =>
        new UnwritableFinder(options).Look(value, type, "$", thrown);

    private SubmissionFault Look(object? value, Type type, string path, Exception thrown)
    {
        if (value is null || _above.Count == MaxDepth)
        {
            return new(path, Describe(value, thrown));
        }

        if (!value.GetType().IsValueType && _above.Any(one => ReferenceEquals(one, value)))
        {
            return new(path, "it refers back to an object that it is part of");
        }

        _above.Add(value);
        try
        {
            return LookInside(value, type, path) ?? new(path, Describe(value, thrown));
        }
        finally
        {
            _above.RemoveAt(_above.Count - 1);
        }
    }

    private SubmissionFault? LookInside(object value, Type type, string path)
    {
        try
        {
            JsonTypeInfo info = ContractOf(value, type);
            return info.Kind switch
            {
                JsonTypeInfoKind.Object => LookIntoMembers(value, info, path),
                JsonTypeInfoKind.Enumerable when value is IEnumerable items => LookIntoItems(items, info, path),
                JsonTypeInfoKind.Dictionary when value is IDictionary entries => LookIntoEntries(entries, info, path),
                _ => null,
            };
        }
        catch (Exception exception) when (exception is NotSupportedException or InvalidOperationException or ArgumentException)
        {
            // The type itself, or what it enumerates, is at fault.
            return null;
        }
    }

    private SubmissionFault? LookIntoMembers(object value, JsonTypeInfo type, string path)
    {
        foreach (JsonPropertyInfo property in type.Properties)
        {
            if (property.Get is not { } get || property.CustomConverter is not null)
            {
                continue;
            }

            string at = JsonPath.Member(path, property.Name);
            object? held;
            try
            {
                held = get(value);
            }
            catch (Exception exception)
            {
                return new(at, $"reading it threw {exception.GetType().Name}: {JsonMessage.Of(exception)}");
            }

            if (WhyUnwritable(held, property.PropertyType) is { } why)
            {
                return Look(held, property.PropertyType, at, why);
            }
        }

        return null;
    }

    private SubmissionFault? LookIntoItems(IEnumerable items, JsonTypeInfo type, string path)
    {
        int index = 0;
        foreach (object? item in items)
        {
            if (WhyUnwritable(item, type.ElementType ?? typeof(object)) is { } why)
            {
                return Look(item, type.ElementType ?? typeof(object), JsonPath.Item(path, index), why);
            }

            index++;
        }

        return null;
    }

    private SubmissionFault? LookIntoEntries(IDictionary entries, JsonTypeInfo type, string path)
    {
        foreach (DictionaryEntry entry in entries)
        {
            if (WhyUnwritable(entry.Value, type.ElementType ?? typeof(object)) is { } why)
            {
                return Look(entry.Value, type.ElementType ?? typeof(object), JsonPath.Member(path, $"{entry.Key}"), why);
            }
        }

        return null;
    }

    /// <summary>The contract that the serializer goes by: that of the value's own type where the declared one leaves it open.</summary>
    private JsonTypeInfo ContractOf(object value, Type type)
    {
        JsonTypeInfo declared = _options.GetTypeInfo(type);
        return type == typeof(object) || declared.PolymorphismOptions is not null ? _options.GetTypeInfo(value.GetType()) : declared;
    }

    private Exception? WhyUnwritable(object? value, Type type)
    {
        try
        {
            JsonSerializer.Serialize(Stream.Null, value, type, _options);
            return null;
        }
        catch (Exception exception)
        {
            return exception;
        }
    }

    private static string Describe(object? value, Exception thrown) => value switch
    {
        double or float or Half => string.Create(System.Globalization.CultureInfo.InvariantCulture, $"{value} is no number of JSON"),
        null => JsonMessage.Of(thrown),
        _ when thrown is JsonException => JsonMessage.Of(thrown),
        _ => $"{TypeText.Of(value.GetType())}: {JsonMessage.Of(thrown)}",
    };
}
