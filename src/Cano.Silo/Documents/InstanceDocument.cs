using System.Text.Json.Serialization;

namespace Cano;

/// <summary>One instance: what was submitted, and what is known of it.</summary>
internal sealed record InstanceDocument
{
    /// <summary>Its id.</summary>
    public required string Id { get; init; }

    /// <summary>The name of its workflow.</summary>
    public required string Workflow { get; init; }

    /// <summary>Its variant; null if none.</summary>
    public string? Label { get; init; }

    /// <summary>Its place in the batch, from 0.</summary>
    public int Ordinal { get; init; }

    /// <summary>The params, as they were submitted; null if left out.</summary>
    [JsonConverter(typeof(RawJsonConverter))]
    public byte[]? Params { get; init; }

    /// <summary>Since when it runs; null if it does not.</summary>
    public DateTimeOffset? RunningSince { get; init; }

    /// <summary>What came of it; null while that is not final.</summary>
    public ResultDocument? Result { get; init; }

    internal static InstanceDocument Of(InstanceDescription instance) => new()
    {
        Id = instance.Submitted.Id,
        Workflow = instance.Submitted.Workflow,
        Label = instance.Submitted.Label,
        Ordinal = instance.Ordinal,
        Params = instance.Submitted.Params,
        RunningSince = instance.RunningSince,
        Result = instance.Result is { } result ? ResultDocument.Of(result) : null,
    };
}
