using System.Text.Encodings.Web;
using System.Text.Json;

namespace Cano;

/// <summary>Writes results documents, as they come.</summary>
internal static class DocumentWriter
{
    /// <summary>Text as it is, not escaped for the sake of HTML; indented for people.</summary>
    internal static JsonWriterOptions Indented { get; } = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping, Indented = true };

    internal static void WriteResult(this Utf8JsonWriter writer, InstanceResult result, bool withStack = false) =>
        JsonSerializer.Serialize(writer, ResultDocument.Of(result, withStack), DocumentJson.Options);

    /// <summary>The head of a results document, up to the opening of its array of results.</summary>
    internal static void WriteResultsStart(this Utf8JsonWriter writer, BatchStatus status)
    {
        writer.WriteStartObject();
        writer.WriteString("batchId", status.Id);
        writer.WriteString("stopReason", Word(status.StopReason));
        writer.WriteNumber("total", status.Total);
        writer.WriteNumber("completed", status.Completed);
        writer.WriteNumber("failed", status.Failed);
        writer.WriteNumber("cancelled", status.Cancelled);
        writer.WriteString("totalDuration", DocumentDuration.Format(status.TotalDuration));
        writer.WriteStartArray("results");
    }

    internal static void WriteResultsEnd(this Utf8JsonWriter writer)
    {
        writer.WriteEndArray();
        writer.WriteEndObject();
    }

    /// <summary>An enum's member in camelCase; null for none.</summary>
    internal static string? Word<TEnum>(TEnum? value)
        where TEnum : struct, Enum => value is { } member ? Word(member) : null;

    /// <summary>An enum's member in camelCase.</summary>
    internal static string Word<TEnum>(TEnum value)
        where TEnum : struct, Enum => JsonNamingPolicy.CamelCase.ConvertName(value.ToString());
}
