namespace Cano;

/// <summary>
/// Counts the nodes of these tests that were made and not disposed of, over the silos of a cluster. A node lives as long as the scope of its
/// run, so this tells how many scopes are left.
/// </summary>
public sealed class LiveNodes
{
    private int _count;

    /// <summary>How many there are.</summary>
    public int Count => Volatile.Read(ref _count);

    /// <summary>A node was made.</summary>
    /// <returns>What the node disposes of when it is itself disposed of.</returns>
    public Life Begin()
    {
        Interlocked.Increment(ref _count);
        return new(this);
    }

    /// <summary>The life of one node.</summary>
    public sealed class Life(LiveNodes nodes) : IDisposable
    {
        public void Dispose() => Interlocked.Decrement(ref nodes._count);
    }
}
