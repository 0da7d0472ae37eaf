using System.Text.Encodings.Web;
using System.Text.Json;

namespace Cano;

/// <summary>Writes what Cano tells about batches as JSON. Every member is there; what is absent is null.</summary>
internal static class DocumentWriter
{
    /// <summary>Text as it is, not escaped for the sake of HTML; indented for people.</summary>
    internal static JsonWriterOptions Indented { get; } = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping, Indented = true };

    internal static void WriteStatus(this Utf8JsonWriter writer, BatchStatus status)
    {
        writer.WriteStartObject();
        writer.WriteString("id", status.Id);
        writer.WriteString("name", status.Name);
        writer.WriteString("phase", Word(status.Phase));
        writer.WriteString("stopReason", Word(status.StopReason));
        writer.WriteNumber("total", status.Total);
        writer.WriteNumber("pending", status.Pending);
        writer.WriteNumber("running", status.Running);
        writer.WriteNumber("completed", status.Completed);
        writer.WriteNumber("failed", status.Failed);
        writer.WriteNumber("cancelled", status.Cancelled);
        writer.WriteString("createdAt", status.CreatedAt);
        writer.WriteTime("startedAt", status.StartedAt);
        writer.WriteTime("deadline", status.Deadline);
        writer.WriteTime("stoppedAt", status.StoppedAt);
        writer.WriteTime("finishedAt", status.FinishedAt);
        writer.WriteString("totalDuration", DocumentDuration.Format(status.TotalDuration));
        writer.WriteString("decidedBy", status.DecidedBy);
        writer.WriteEndObject();
    }

    internal static void WriteResult(this Utf8JsonWriter writer, InstanceResult result)
    {
        writer.WriteStartObject();
        writer.WriteString("id", result.Id);
        writer.WriteString("workflow", result.Workflow);
        writer.WriteString("label", result.Label);
        writer.WriteString("outcome", Word(result.Outcome));
        writer.WriteString("finalState", result.FinalState);
        writer.WritePropertyName("error");
        writer.WriteError(result.Error);
        writer.WriteString("cancelReason", Word(result.CancelReason));
        writer.WriteString("duration", DocumentDuration.Format(result.Duration));
        writer.WriteTime("startedAt", result.StartedAt);
        writer.WriteTime("finishedAt", result.FinishedAt);
        writer.WritePropertyName("output");
        if (result.Output is { } output)
        {
            writer.WriteRawValue(output, skipInputValidation: true);
        }
        else
        {
            writer.WriteNullValue();
        }

        writer.WriteEndObject();
    }

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

    private static void WriteError(this Utf8JsonWriter writer, WorkflowError? error)
    {
        if (error is null)
        {
            writer.WriteNullValue();
            return;
        }

        writer.WriteStartObject();
        writer.WriteString("kind", error.Kind);
        writer.WriteString("message", error.Message);
        writer.WriteString("state", error.State);
        writer.WriteNumber("attempts", error.Attempts);
        writer.WriteEndObject();
    }

    private static void WriteTime(this Utf8JsonWriter writer, string name, DateTimeOffset? time)
    {
        if (time is { } value)
        {
            writer.WriteString(name, value);
        }
        else
        {
            writer.WriteNull(name);
        }
    }
}
