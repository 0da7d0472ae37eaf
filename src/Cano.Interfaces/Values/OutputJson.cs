using System.Globalization;
using System.Text.Json;
using System.Text.Json.Serialization.Metadata;

namespace Cano;

/// <summary>Writes and reads the output of an instance.</summary>
internal static class OutputJson
{
    /// <summary>Writes it.</summary>
    /// <param name="output">The output.</param>
    /// <param name="maxBytes">How large it may be.</param>
    /// <exception cref="OutputRefusedException">It can't be written, or is too large.</exception>
    internal static byte[] Write<T>(T output, int maxBytes)
    {
        byte[] json;
        try
        {
            json = ValueJson.Write(output, ValuePlace.Output);
        }
        catch (CanoConfigurationException refusal)
        {
            throw new OutputRefusedException(ErrorCodes.OutputNotWritable, refusal.Message, refusal.Path ?? "$", refusal);
        }

        return json.Length <= maxBytes
            ? json
            : throw new OutputRefusedException(
                ErrorCodes.OutputTooLarge,
                string.Create(
                    CultureInfo.InvariantCulture, $"The output has {json.Length:N0} bytes of JSON; at most {maxBytes:N0} are allowed."),
                "$");
    }

    /// <summary>Reads it.</summary>
    /// <param name="json">UTF-8 JSON.</param>
    /// <param name="what">What messages call it.</param>
    /// <exception cref="JsonException">It does not fit.</exception>
    internal static T? Read<T>(byte[] json, string what)
    {
        T? output;
        try
        {
            output = JsonSerializer.Deserialize<T>(json, ValueFormat.Current.Options);
        }
        catch (Exception exception)
        {
            throw Unfit<T>(json, what, exception);
        }

        return HasNoneOf(ValueFormat.Current.Options.GetTypeInfo(typeof(T)), json) ? throw Unfit<T>(json, what, thrown: null) : output;
    }

    /// <summary>Whether it is an object of another kind: the serializer would make one whose members are all <c>default</c>.</summary>
    private static bool HasNoneOf(JsonTypeInfo type, byte[] json)
    {
        if (type is not { Kind: JsonTypeInfoKind.Object, Properties.Count: > 0, PolymorphismOptions: null }
            || type.Properties.Any(property => property.IsExtensionData))
        {
            return false;
        }

        StringComparison names = type.Options.PropertyNameCaseInsensitive ? StringComparison.OrdinalIgnoreCase : StringComparison.Ordinal;
        using JsonDocument document = Parse(json);
        if (document.RootElement.ValueKind is not JsonValueKind.Object)
        {
            return false;
        }

        string[] members = [.. document.RootElement.EnumerateObject().Select(JsonShape.Name)];
        return members.Length > 0 && !type.Properties.Any(property => members.Any(member => property.Name.Equals(member, names)));
    }

    private static JsonException Unfit<T>(byte[] json, string what, Exception? thrown)
    {
        string type = TypeText.Of(typeof(T));
        using JsonDocument document = Parse(json);
        string there = $"There is {JsonShape.Of(document.RootElement)}.";
        if (thrown is null)
        {
            string members = JsonShape.Names(ValueFormat.Current.Options.GetTypeInfo(typeof(T)).Properties.Select(property => property.Name));
            return new($"{what} is no {type}, which has {members}. {there}");
        }

        SubmissionFault fault =
            Misfit<T>(document.RootElement) ?? new(JsonPath.Below("$", (thrown as JsonException)?.Path), JsonMessage.Of(thrown));
        return new($"{what} can't be read as {type}: {fault}. {there}", fault.Path, lineNumber: null, bytePositionInLine: null, thrown);
    }

    private static SubmissionFault? Misfit<T>(JsonElement output)
    {
        try
        {
            return MisfitFinder.Find(output, typeof(T), ValueFormat.Current.Options, "$").FirstOrDefault();
        }
        catch (Exception exception) when (exception is NotSupportedException or InvalidOperationException or ArgumentException)
        {
            // The type has no contract; what the serializer said tells why.
            return null;
        }
    }

    private static JsonDocument Parse(byte[] json) => JsonDocument.Parse(json, new() { MaxDepth = ValueFormat.Current.Options.MaxDepth });
}
