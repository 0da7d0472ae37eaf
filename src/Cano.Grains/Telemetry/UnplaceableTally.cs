namespace Cano;

/// <summary>
/// How many instances of this silo's partitions wait because no silo of the cluster has their workflow. Each partition says its own number.
/// Safe for concurrent use.
/// </summary>
internal sealed class UnplaceableTally
{
    private readonly Lock _gate = new();
    private readonly Dictionary<(string Partition, string Workflow), int> _counts = [];

    /// <summary>How many there are.</summary>
    internal int Count
    {
        get
        {
            lock (_gate)
            {
                return _counts.Values.Sum();
            }
        }
    }

    /// <summary>How many there are of each workflow, the most first; workflows without any are not there.</summary>
    internal IReadOnlyList<(string Workflow, int Count)> ByWorkflow()
    {
        lock (_gate)
        {
            return
            [
                .. _counts
                    .GroupBy(one => one.Key.Workflow, one => one.Value, StringComparer.Ordinal)
                    .Select(group => (Workflow: group.Key, Count: group.Sum()))
                    .OrderByDescending(one => one.Count)
                    .ThenBy(one => one.Workflow, StringComparer.Ordinal),
            ];
        }
    }

    /// <summary>A partition says how many of its instances of a workflow wait. It replaces what it said before.</summary>
    /// <param name="partition">The partition; one key for all of its activations, so that a later one takes over the number of an earlier
    /// one.</param>
    /// <param name="workflow">The workflow that no silo has.</param>
    /// <param name="count">How many; 0: none any more.</param>
    internal void Set(string partition, string workflow, int count)
    {
        lock (_gate)
        {
            if (count == 0)
            {
                _counts.Remove((partition, workflow));
            }
            else
            {
                _counts[(partition, workflow)] = count;
            }
        }
    }

    /// <summary>The partition has stopped, or has left this silo.</summary>
    internal void Remove(string partition)
    {
        lock (_gate)
        {
            foreach ((string Partition, string Workflow) key in _counts.Keys.Where(key => key.Partition == partition).ToArray())
            {
                _counts.Remove(key);
            }
        }
    }
}
