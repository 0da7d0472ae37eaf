using Orleans.Storage;

namespace Cano;

/// <summary>
/// An instance's row in grain storage: <c>cano.checkpoint</c>. It exists only while the instance runs and once it has run for a while.
/// </summary>
internal sealed class CheckpointRow(IGrainStorage storage, string key, InstanceSlots? slots = null) : ICheckpointSink
{
    private const string StateName = "cano.checkpoint";
    private const string Kind = "instance";

    private Row<Checkpoint>? _row;
    private volatile bool _mustLeave;

    /// <summary>True once a checkpoint is stored.</summary>
    internal bool Exists { get; private set; }

    /// <summary>True once the activation must go, or the silo stops.</summary>
    public bool MustHandOver => _mustLeave || slots is { IsClosed: true };

    /// <summary>The activation must go; comes before the run's token is signalled for that reason.</summary>
    internal void HandOver() => _mustLeave = true;

    internal async Task<Checkpoint?> ReadAsync()
    {
        Checkpoint? checkpoint = await Row.ReadAsync();
        Exists = checkpoint is not null;
        return checkpoint;
    }

    /// <summary>
    /// Saves a checkpoint. A run that is cancelled, before or while it is written, leaves no row:
    /// its batch may be purged already, and nothing would remove it.
    /// </summary>
    /// <exception cref="OperationCanceledException">The run is cancelled.</exception>
    public async ValueTask SaveAsync(Checkpoint checkpoint, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        try
        {
            await Row.WriteAsync(checkpoint);
            Exists = true;
        }
        catch when (IsCancelled(cancellationToken))
        {
            // It may have been written all the same.
            await RemoveAsync(storage, key);
            throw;
        }

        if (IsCancelled(cancellationToken))
        {
            await RemoveAsync(storage, key);
            Exists = false;
            cancellationToken.ThrowIfCancellationRequested();
        }
    }

    /// <summary>A run that is handed over is signalled, too, if it takes long, and goes on elsewhere from what was written.</summary>
    private bool IsCancelled(CancellationToken cancellationToken) => cancellationToken.IsCancellationRequested && !_mustLeave;

    internal async Task ClearAsync()
    {
        if (Exists)
        {
            await Row.ClearAsync();
            Exists = false;
        }
    }

    /// <summary>Removes an instance's row, whatever it holds; there may be none.</summary>
    internal static Task RemoveAsync(IGrainStorage storage, string key) => RowRemoval.RemoveAsync(storage, StateName, Kind, key);

    /// <summary>Most instances end before they need it.</summary>
    private Row<Checkpoint> Row => _row ??= At(storage, key);

    internal static Row<Checkpoint> At(IGrainStorage storage, string key) => new(storage, StateName, Kind, key);
}
