using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Serialization;

namespace Cano;

/// <summary>
/// How what Cano tells is written as JSON: camelCase, enums as words, durations with seven digits, every member there and null where it is
/// absent.
/// </summary>
internal static class DocumentJson
{
    /// <summary>
    /// As deep as the serializer writes: documents hold users' values, which may be as deep as users' options say, within something.
    /// </summary>
    internal const int MaxDepth = 1_000;

    /// <summary>For the serializer. Read-only.</summary>
    internal static JsonSerializerOptions Options { get; } = Configure(new(JsonSerializerDefaults.Web));

    /// <summary>The same for options that somebody else has made.</summary>
    internal static JsonSerializerOptions Configure(JsonSerializerOptions options)
    {
        // Text as it is, not escaped for the sake of HTML: nobody is to put it into a page unescaped.
        options.MaxDepth = MaxDepth;
        options.Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping;
        options.Converters.Add(new JsonStringEnumConverter(JsonNamingPolicy.CamelCase, allowIntegerValues: false));
        options.Converters.Add(new DurationConverter());
        options.Converters.Add(new TimeoutConverter());
        return options;
    }

    private sealed class DurationConverter : JsonConverter<TimeSpan>
    {
        public override TimeSpan Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) =>
            reader.GetString() is { } text && DocumentDuration.TryParse(text, out TimeSpan duration) ? duration : throw new JsonException($"Write it as {DocumentDuration.Form}.");

        public override void Write(Utf8JsonWriter writer, TimeSpan value, JsonSerializerOptions options) => writer.WriteStringValue(DocumentDuration.Format(value));
    }

    /// <summary>As in the document of a batch.</summary>
    private sealed class TimeoutConverter : JsonConverter<ConcurrentTimeout>
    {
        public override ConcurrentTimeout Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options)
        {
            using JsonDocument document = JsonDocument.ParseValue(ref reader);
            DocumentFaults faults = new();
            return TimeoutDocument.Read(document.RootElement, faults) ?? throw new JsonException(faults.All[0].Message);
        }

        public override void Write(Utf8JsonWriter writer, ConcurrentTimeout value, JsonSerializerOptions options)
        {
            writer.WriteStartObject();
            writer.WriteString("kind", StrategyWords.Of(value));
            if (value.QuotaOrNull is { } quota)
            {
                writer.WriteNumber("quota", quota);
            }

            if (value.DurationOrNull is { } duration)
            {
                writer.WriteString("duration", DocumentDuration.Format(duration));
            }

            writer.WriteEndObject();
        }
    }
}
