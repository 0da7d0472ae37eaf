namespace Cano;

/// <summary>What readers were told: of two views the later never tells of less.</summary>
internal sealed class ReadableStatus
{
    private readonly SortedList<long, BatchView> _views = [];

    internal static string? Sums(BatchStatus status) =>
        status.Pending + status.Running + status.Completed + status.Failed + status.Cancelled == status.Total
        && status is { Pending: >= 0, Running: >= 0, Completed: >= 0, Failed: >= 0, Cancelled: >= 0 } && status.Unplaceable <= status.Pending
            ? null
            : $"The counts do not add up: {status}.";

    /// <summary>Takes in a view.</summary>
    /// <returns>What it contradicts; null: nothing.</returns>
    internal string? Take(BatchView view)
    {
        foreach (BatchView other in _views.Values)
        {
            (BatchView earlier, BatchView later) = other.Version <= view.Version ? (other, view) : (view, other);
            if (!Follows(earlier, later) || (earlier.Version == later.Version && !Follows(later, earlier)))
            {
                return $"Version {earlier.Version} was {earlier.Status} [{string.Join(',', earlier.Final)}], version {later.Version} is {later.Status} [{string.Join(',', later.Final)}].";
            }
        }

        _views[view.Version] = view;
        return null;
    }

    internal static bool Follows(BatchStatus earlier, BatchStatus later) =>
        later.Completed >= earlier.Completed
        && later.Failed >= earlier.Failed
        && later.Cancelled >= earlier.Cancelled
        && (later.Phase >= earlier.Phase || earlier.Phase == BatchPhase.Running)
        && (earlier.StopReason is null || earlier.StopReason == later.StopReason);

    private static bool Follows(BatchView earlier, BatchView later) =>
        Follows(earlier.Status, later.Status) && earlier.Final.Zip(later.Final).All(pair => pair.First <= pair.Second);
}
