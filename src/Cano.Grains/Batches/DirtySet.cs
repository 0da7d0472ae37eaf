namespace Cano;

/// <summary>Partitions for which there is something to say, each once, in the order in which they were added. Pure.</summary>
internal sealed class DirtySet(int partitions)
{
    private readonly Queue<int> _queue = new();
    private readonly bool[] _isQueued = new bool[partitions];

    internal void Add(int partition)
    {
        if (!_isQueued[partition])
        {
            _isQueued[partition] = true;
            _queue.Enqueue(partition);
        }
    }

    internal bool TryTake(out int partition)
    {
        if (!_queue.TryDequeue(out partition))
        {
            return false;
        }

        _isQueued[partition] = false;
        return true;
    }
}
