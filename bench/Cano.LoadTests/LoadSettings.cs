namespace Cano.LoadTests;

/// <summary>What is to be measured.</summary>
internal sealed record LoadSettings
{
    /// <summary>Which of <see cref="Scenario.All"/>.</summary>
    internal required string Scenario { get; init; }

    /// <summary><c>sqlite</c>, <c>postgres</c> or <c>memory</c>.</summary>
    internal required string Storage { get; init; }

    /// <summary>The data folder of SQLite.</summary>
    internal required string Folder { get; init; }

    /// <summary>How to reach the database of PostgreSQL; null with other storage.</summary>
    internal string? Connection { get; init; }

    /// <summary>How many instances a batch has.</summary>
    internal int Instances { get; init; }

    /// <summary>How many batches count.</summary>
    internal int Batches { get; init; }

    /// <summary>How many batches come before the first that counts.</summary>
    internal int Warmup { get; init; }

    /// <summary>A silo's limit of running instances.</summary>
    internal int MaxRunning { get; init; }

    /// <summary>How many milliseconds PostgreSQL waits before each flush of its log, 0 to 100.</summary>
    internal int FlushDelay { get; init; }

    /// <summary><c>forever</c>, <c>quota</c>, <c>duration</c> or <c>both</c>.</summary>
    internal required string Strategy { get; init; }
}
