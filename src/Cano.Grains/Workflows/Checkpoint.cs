namespace Cano;

/// <summary>How far a run has come: the state whose node is to run next, and what it will see.</summary>
[GenerateSerializer]
[Immutable]
[Alias("Cano.Checkpoint")]
internal sealed record Checkpoint
{
    /// <summary>The name of the state whose node is to run next.</summary>
    [Id(0)]
    public required string State { get; init; }

    /// <summary>Which attempt of that node is next, from 1.</summary>
    [Id(1)]
    public int Attempt { get; init; } = 1;

    /// <summary>How many transitions were made.</summary>
    [Id(2)]
    public long Steps { get; init; }

    /// <summary>The store, as one JSON object in UTF-8; null: empty.</summary>
    [Id(3)]
    public byte[]? Store { get; init; }

    /// <summary>The output set so far, as UTF-8 JSON; null: none.</summary>
    [Id(4)]
    public byte[]? Output { get; init; }

    /// <summary>When the instance first began to run.</summary>
    [Id(5)]
    public DateTimeOffset StartedAt { get; init; }
}
