namespace Cano;

/// <summary>The partitions of a batch whose rows are not in storage, and those of them that the batch has given up. Pure.</summary>
internal sealed class LostPartitions(int[] sizes, int[] known)
{
    private readonly SortedSet<int> _lost = [.. known];
    private readonly bool[] _givenUp = new bool[sizes.Length];

    internal int[] All => [.. _lost];

    /// <summary>A partition says that its rows are not there.</summary>
    /// <returns>False: that was known.</returns>
    internal bool Add(int partition) => _lost.Add(partition);

    /// <summary>A partition that was lost has spoken: its rows are there again.</summary>
    /// <returns>False: it was not lost.</returns>
    internal bool Remove(int partition) => _lost.Remove(partition);

    /// <summary>The batch has stopped without it, durably.</summary>
    /// <returns>False: that was done before.</returns>
    internal bool GiveUp(int partition)
    {
        bool before = _givenUp[partition];
        _givenUp[partition] = true;
        return !before;
    }

    internal bool IsGivenUp(int partition) => _givenUp[partition];
}
