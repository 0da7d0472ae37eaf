using Orleans.Storage;

namespace Cano;

/// <summary>An instance's row in grain storage: <c>cano.checkpoint</c>. It exists only while the instance runs and once it has run for a while.</summary>
internal sealed class CheckpointRow(IGrainStorage storage, string key, InstanceSlots? slots = null) : ICheckpointSink
{
    private Row<Checkpoint>? _row;
    private volatile bool _mustLeave;

    /// <summary>True once a checkpoint is stored.</summary>
    internal bool Exists { get; private set; }

    /// <summary>True once the activation must go, or the silo stops.</summary>
    public bool MustHandOver => _mustLeave || slots is { IsClosed: true };

    /// <summary>The activation must go.</summary>
    internal void HandOver() => _mustLeave = true;

    internal async Task<Checkpoint?> ReadAsync()
    {
        Checkpoint? checkpoint = await Row.ReadAsync();
        Exists = checkpoint is not null;
        return checkpoint;
    }

    public async ValueTask SaveAsync(Checkpoint checkpoint, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        await Row.WriteAsync(checkpoint);
        Exists = true;
    }

    internal async Task ClearAsync()
    {
        if (Exists)
        {
            await Row.ClearAsync();
            Exists = false;
        }
    }

    /// <summary>Most instances end before they need it.</summary>
    private Row<Checkpoint> Row => _row ??= At(storage, key);

    internal static Row<Checkpoint> At(IGrainStorage storage, string key) => new(storage, "cano.checkpoint", "instance", key);
}
