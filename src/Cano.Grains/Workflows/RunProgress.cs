using System.Globalization;

namespace Cano;

/// <summary>When a run was last durable, and how it becomes so again.</summary>
internal sealed class RunProgress(ICheckpointSink sink, MemoryStore store, TimeSpan interval, TimeProvider timeProvider)
{
    /// <summary>The largest store that is saved: a row must stay about a megabyte.</summary>
    internal const int MaxStoreBytes = 1_048_576;

    private long _durableAt = timeProvider.GetTimestamp();

    /// <summary>True when the interval has passed since the last durable point, or the run is to be handed over.</summary>
    internal bool IsDue() => interval == TimeSpan.Zero || sink.MustHandOver || timeProvider.GetElapsedTime(_durableAt) >= interval;

    /// <summary>Saves; what comes out of the sink goes through.</summary>
    /// <exception cref="HandedOverException">It is saved, and the run is to go on elsewhere.</exception>
    internal async ValueTask SaveAsync(Checkpoint checkpoint, CancellationToken cancellationToken)
    {
        await sink.SaveAsync(checkpoint, cancellationToken);
        _durableAt = timeProvider.GetTimestamp();
        if (sink.MustHandOver)
        {
            throw new HandedOverException();
        }
    }

    /// <summary>The store as it is now.</summary>
    /// <exception cref="UnsavableProgressException">It is too large for a row.</exception>
    internal byte[]? StoreJson(string state)
    {
        byte[]? json = store.ToJson();
        return json is { Length: > MaxStoreBytes }
            ? throw new UnsavableProgressException(Failure.Of(
                WorkflowErrorKinds.InvalidCheckpoint,
                string.Create(
                    CultureInfo.InvariantCulture,
                    $"The store can't be saved: it has grown to {json.Length:N0} bytes of JSON; at most {MaxStoreBytes:N0} are allowed."),
                state))
            : json;
    }
}
