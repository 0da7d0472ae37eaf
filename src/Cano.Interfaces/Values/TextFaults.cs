using System.Text.Json;
using System.Text.Json.Serialization;

namespace Cano;

/// <summary>Text with half a surrogate pair, which System.Text.Json replaces by U+FFFD without a word.</summary>
internal static class TextFaults
{
    /// <summary>The options, but refusing such text: too slow for every value, so used where there is a suspicion.</summary>
    internal static JsonSerializerOptions Refusing(JsonSerializerOptions options) =>
        new(options) { Converters = { new WellFormedString(), new WellFormedChar() } };

    /// <summary>Whether half a surrogate pair may have been replaced; a U+FFFD may also have been one all along.</summary>
    internal static bool MayHide(ReadOnlySpan<byte> json) =>
        json.IndexOf("\\uFFFD"u8) >= 0 || json.IndexOf("\\ufffd"u8) >= 0 || json.IndexOf("\uFFFD"u8) >= 0;

    /// <summary>Refuses a value with such text.</summary>
    /// <exception cref="JsonException">There is such text.</exception>
    internal static void Require(object? value, ValueContract contract)
    {
        using Utf8JsonWriter writer = new(Stream.Null);
        JsonSerializer.Serialize(writer, value, contract.Type, contract.Format.CheckingText);
    }

    private static JsonException Half() => new("it has half a surrogate pair, which JSON can't hold");

    private sealed class WellFormedString : JsonConverter<string>
    {
        public override string? Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) =>
            throw new NotSupportedException();

        public override void Write(Utf8JsonWriter writer, string value, JsonSerializerOptions options) =>
            writer.WriteStringValue(WellFormed(value));

        public override void WriteAsPropertyName(Utf8JsonWriter writer, string value, JsonSerializerOptions options) =>
            writer.WritePropertyName(WellFormed(value));

        private static string WellFormed(string text) => StorableText.IsWellFormed(text) ? text : throw Half();
    }

    private sealed class WellFormedChar : JsonConverter<char>
    {
        public override char Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) =>
            throw new NotSupportedException();

        public override void Write(Utf8JsonWriter writer, char value, JsonSerializerOptions options) =>
            writer.WriteStringValue(WellFormed(value));

        public override void WriteAsPropertyName(Utf8JsonWriter writer, char value, JsonSerializerOptions options) =>
            writer.WritePropertyName(WellFormed(value));

        private static string WellFormed(char value) => char.IsSurrogate(value) ? throw Half() : value.ToString();
    }
}
