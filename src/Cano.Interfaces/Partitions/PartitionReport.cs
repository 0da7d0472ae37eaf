using System.ComponentModel;

namespace Cano.Protocol;

/// <summary>What a partition says to its batch. Counts are of what is durable, unless it says otherwise.</summary>
[GenerateSerializer]
[Immutable]
[Alias("Cano.PartitionReport")]
[EditorBrowsable(EditorBrowsableState.Never)]
public sealed record PartitionReport
{
    /// <summary>
    /// The highest epoch that the partition has obeyed, durably. Higher than the batch's own: that batch activation is superseded.
    /// </summary>
    [Id(0)]
    public long Epoch { get; init; }

    /// <summary>The fence of this activation. The batch obeys only the highest it has heard.</summary>
    [Id(1)]
    public int Fence { get; init; }

    /// <summary>Grows with everything that a report tells.</summary>
    [Id(2)]
    public long Version { get; init; }

    /// <summary>How many instances are Completed.</summary>
    [Id(3)]
    public int Completed { get; init; }

    /// <summary>How many are Failed.</summary>
    [Id(4)]
    public int Failed { get; init; }

    /// <summary>How many are Cancelled; 0 until the partition is sealed.</summary>
    [Id(5)]
    public int Cancelled { get; init; }

    /// <summary>How many successes it has in all, those that wait for admission included (these are not durable).</summary>
    [Id(6)]
    public int Successes { get; init; }

    /// <summary>How many successes it holds as admitted in all.</summary>
    [Id(7)]
    public int Admitted { get; init; }

    /// <summary>How many instances run now.</summary>
    [Id(8)]
    public int Running { get; init; }

    /// <summary>How many instances have not ended, running ones included: it can never use a larger window than this.</summary>
    [Id(9)]
    public int Unfinished { get; init; }

    /// <summary>True: every outcome is final; nothing changes any more.</summary>
    [Id(10)]
    public bool Sealed { get; init; }

    /// <summary>The id of the instance whose success was committed last; null if there is none.</summary>
    [Id(11)]
    public string? LastCompleted { get; init; }

    /// <summary>The id of the instance whose outcome was committed last, success or failure; null if there is none.</summary>
    [Id(12)]
    public string? LastFinal { get; init; }

    /// <summary>When the last commit was made; null if there was none.</summary>
    [Id(13)]
    public DateTimeOffset? LastFinalAt { get; init; }

    /// <summary>The window that it holds.</summary>
    [Id(14)]
    public int Window { get; init; }

    /// <summary>
    /// How many instances wait because no silo of the cluster has their workflow; they are counted in <see cref="Unfinished"/>.
    /// </summary>
    [Id(15)]
    public int Unplaceable { get; init; }
}
