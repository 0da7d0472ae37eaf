namespace Cano;

/// <summary>
/// The instances of a partition that no silo of the cluster can run: set aside without a slot, counted by workflow, and looked at again
/// when silos come.
/// </summary>
internal sealed class UnplaceableInstances(string key, PartitionState state, PartitionServices services)
{
    private readonly Dictionary<string, int> _byWorkflow = new(StringComparer.Ordinal);

    /// <summary>An instance waits for a silo that has its workflow.</summary>
    internal void SetAside(int index)
    {
        state.Window.SetAside(index);
        Count(state.Durable.Names.Workflow(index), 1);
    }

    /// <summary>Waits until a silo may have come that can run one of them, and puts them back among those that are next.</summary>
    /// <returns>False: there are none, or the waiting was ended.</returns>
    internal async Task<bool> WaitForSilosAsync(CancellationToken cancellationToken)
    {
        long seen = services.Instances.SilosVersion;
        if (_byWorkflow.Count == 0)
        {
            return false;
        }

        if (!_byWorkflow.Keys.Any(services.Instances.CanRun))
        {
            try
            {
                await services.Instances.WhenSilosChangeAsync(seen, cancellationToken);
            }
            catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
            {
                return false;
            }
        }

        foreach ((string workflow, int count) in _byWorkflow.ToArray())
        {
            Count(workflow, -count);
        }

        state.Window.Reconsider();
        return true;
    }

    /// <summary>The partition has stopped, or leaves this silo.</summary>
    internal void Forget() => services.Unplaceable.Remove(key);

    private void Count(string workflow, int more)
    {
        int count = _byWorkflow[workflow] = _byWorkflow.GetValueOrDefault(workflow) + more;
        if (count == 0)
        {
            _byWorkflow.Remove(workflow);
        }

        services.Unplaceable.Set(key, workflow, count);
        state.UnplaceableChanged();
    }
}
