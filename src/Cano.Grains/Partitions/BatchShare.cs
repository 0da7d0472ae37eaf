namespace Cano;

/// <summary>
/// What one batch has of the slots of a silo, and how many more it wants. Only <see cref="FairShares{TBatch}"/> changes it.
/// </summary>
internal class BatchShare
{
    /// <summary>How many slots it has.</summary>
    internal int Running { get; set; }

    /// <summary>How many of its instances wait for a slot.</summary>
    internal int Waiting { get; set; }

    /// <summary>
    /// Its place among the batches that wait: by slots, then by when it last got one. A copy, since the key of a sorted set's element must
    /// not change.
    /// </summary>
    internal (int Running, long Turn) Rank { get; set; }

    /// <summary>Neither has a slot nor waits for one: it does not count among those who share.</summary>
    internal bool IsIdle => Running == 0 && Waiting == 0;
}
