namespace Cano;

/// <summary>
/// The catalog as people ask it: a page of batches, the newest first. One query, however many there are; no grain is asked.
/// </summary>
internal interface IBatchList
{
    /// <summary>Reads a page.</summary>
    /// <param name="query">Which batches.</param>
    /// <param name="cancellationToken">Ends the waiting.</param>
    /// <returns>Entries without their workflows and labels, the newest first; at most <see cref="BatchQuery.Limit"/>. What is purged is not
    /// there.</returns>
    Task<IReadOnlyList<BatchEntry>> ListAsync(BatchQuery query, CancellationToken cancellationToken = default);
}

/// <summary>Which batches a list shows. What is null does not matter.</summary>
internal sealed record BatchQuery
{
    internal BatchPhase? Phase { get; init; }

    /// <summary>Those with an instance of this workflow.</summary>
    internal string? Workflow { get; init; }

    /// <summary>Those with an instance of this label.</summary>
    internal string? Label { get; init; }

    /// <summary>Those of exactly this name.</summary>
    internal string? Name { get; init; }

    /// <summary>Those whose id or name has this in it, whatever the case of letters (beyond ASCII, as the database knows them).</summary>
    internal string? Search { get; init; }

    /// <summary>What <see cref="Search"/> is in SQL: a pattern of LIKE, whose own signs stand behind a backslash.</summary>
    internal string? SearchPattern => Search is null
        ? null
        : $"%{Search.ToLowerInvariant().Replace("\\", "\\\\", StringComparison.Ordinal).Replace("%", "\\%", StringComparison.Ordinal).Replace("_", "\\_", StringComparison.Ordinal)}%";

    /// <summary>Those submitted at this moment or later.</summary>
    internal DateTimeOffset? From { get; init; }

    /// <summary>Those submitted before this moment.</summary>
    internal DateTimeOffset? To { get; init; }

    /// <summary>Only those that come after this one in the list.</summary>
    internal BatchPlace? After { get; init; }

    /// <summary>How many at most.</summary>
    internal int Limit { get; init; } = 50;
}

/// <summary>Where a batch stands in the list. Nothing that is added or purged moves it.</summary>
internal sealed record BatchPlace(DateTimeOffset CreatedAt, string Id);
