using System.Text.Json;
using System.Text.Json.Serialization;
using System.Text.Json.Serialization.Metadata;

namespace Cano;

/// <summary>
/// Text and numbers that JSON has no form for, and getters that throw. System.Text.Json replaces half a surrogate pair by U+FFFD without
/// a word; of the others it does not say which member it is.
/// </summary>
internal static class LeafFaults
{
    /// <summary>The options, with a name for the member at fault: too slow for every value, so used where there is a suspicion.</summary>
    internal static JsonSerializerOptions Refusing(JsonSerializerOptions options) => new(options)
    {
        Converters = { new WellFormedString(), new WellFormedChar(), new Finite<double>(), new Finite<float>(), new Finite<Half>() },
        TypeInfoResolver = options.TypeInfoResolver!.WithAddedModifier(NameGetters),
    };

    /// <summary>Whether half a surrogate pair may have been replaced; a U+FFFD may also have been one all along.</summary>
    internal static bool MayHide(ReadOnlySpan<byte> json) =>
        json.IndexOf("\\uFFFD"u8) >= 0 || json.IndexOf("\\ufffd"u8) >= 0 || json.IndexOf("\uFFFD"u8) >= 0;

    /// <summary>Refuses a value with what JSON has no form for.</summary>
    /// <exception cref="JsonException">There is such; the path is set.</exception>
    internal static void Require(object? value, ValueContract contract)
    {
        using Utf8JsonWriter writer = new(Stream.Null);
        JsonSerializer.Serialize(writer, value, contract.Type, contract.Format.CheckingLeaves);
    }

    /// <summary>
    /// The exception with which a value could not be written, or one that names the member if it is for text or a number.
    /// </summary>
    internal static Exception Named(Exception exception, object? value, ValueContract contract)
    {
        try
        {
            Require(value, contract);
            return exception;
        }
        catch (JsonException named)
        {
            return named;
        }
        catch (Exception)
        {
            // No more is known than at first.
            return exception;
        }
    }

    private static void NameGetters(JsonTypeInfo info)
    {
        foreach (JsonPropertyInfo member in info.Properties)
        {
            if (member.Get is { } get)
            {
                member.Get = holder =>
                {
                    try
                    {
                        return get(holder);
                    }
                    catch (Exception exception)
                    {
                        throw new JsonException(
                            $"{TypeText.Of(info.Type)}.{MemberState.NameOf(member)} threw {TypeText.Of(exception.GetType())}: "
                            + exception.Message,
                            path: null,
                            lineNumber: null,
                            bytePositionInLine: null,
                            exception);
                    }
                };
            }
        }
    }

    private sealed class WellFormedString : JsonConverter<string>
    {
        public override string? Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) =>
            throw new NotSupportedException();

        public override void Write(Utf8JsonWriter writer, string value, JsonSerializerOptions options) =>
            writer.WriteStringValue(WellFormed(value));

        public override void WriteAsPropertyName(Utf8JsonWriter writer, string value, JsonSerializerOptions options) =>
            writer.WritePropertyName(WellFormed(value));

        private static string WellFormed(string text) =>
            StorableText.IsWellFormed(text) ? text : throw new JsonException("A text has half a surrogate pair, which JSON can't hold.");
    }

    private sealed class WellFormedChar : JsonConverter<char>
    {
        public override char Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) =>
            throw new NotSupportedException();

        public override void Write(Utf8JsonWriter writer, char value, JsonSerializerOptions options) =>
            writer.WriteStringValue(WellFormed(value));

        public override void WriteAsPropertyName(Utf8JsonWriter writer, char value, JsonSerializerOptions options) =>
            writer.WritePropertyName(WellFormed(value));

        private static string WellFormed(char value) =>
            char.IsSurrogate(value) ? throw new JsonException("A char is half a surrogate pair, which JSON can't hold.") : value.ToString();
    }

    private sealed class Finite<T> : JsonConverter<T>
        where T : System.Numerics.IFloatingPoint<T>
    {
        public override T Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) =>
            throw new NotSupportedException();

        public override void Write(Utf8JsonWriter writer, T value, JsonSerializerOptions options) =>
            writer.WriteNumberValue(T.IsFinite(value)
                ? 0
                : throw new JsonException($"A number ({TypeText.Of(typeof(T))}) is NaN or infinite, which JSON can't hold."));
    }
}
