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

    /// <summary>
    /// The states that it went through; null while it runs, and where it was not kept: it is of failed instances, of all in small batches,
    /// and of a sample of the others. Of a cancelled instance it ends with the state that it was in.
    /// </summary>
    public PathDocument? Path { get; init; }

    internal static InstanceDocument Of(InstanceDescription instance) => new()
    {
        Id = instance.Submitted.Id,
        Workflow = instance.Submitted.Workflow,
        Label = instance.Submitted.Label,
        Ordinal = instance.Ordinal,
        Params = instance.Submitted.Params,
        RunningSince = instance.RunningSince,
        Result = instance.Result is { } result ? ResultDocument.Of(result, withStack: true) : null,
        Path = instance.Result?.Path is { } path ? PathDocument.Of(path) : null,
    };
}

/// <summary>The states that an instance went through, exit states not included.</summary>
/// <param name="Steps">The steps, at most 32: the first 8 and the last ones.</param>
/// <param name="Omitted">How many are left out after the first 8.</param>
/// <param name="FromCheckpoint">Whether it begins at a checkpoint, with what came before not known.</param>
internal sealed record PathDocument(IReadOnlyList<StepDocument> Steps, long Omitted, bool FromCheckpoint)
{
    internal static PathDocument Of(InstancePath path) => new(
        [.. path.Steps.Select(step => new StepDocument(step.State, step.EnteredAfter, step.Took, step.Attempts, step.Error))], path.Omitted, path.FromCheckpoint);
}

/// <summary>A state, and what its node did there.</summary>
/// <param name="State">Its name.</param>
/// <param name="EnteredAfter">How long after the instance's start it was entered.</param>
/// <param name="Took">How long its node took, all attempts and the pauses between them included.</param>
/// <param name="Attempts">How many attempts there were.</param>
/// <param name="Error">Where there were several, the message of the last one that failed, cut; else null.</param>
internal sealed record StepDocument(string State, TimeSpan EnteredAfter, TimeSpan Took, int Attempts, string? Error);
