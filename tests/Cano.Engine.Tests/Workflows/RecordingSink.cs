namespace Cano.Engine.Tests;

/// <summary>Keeps what is saved.</summary>
internal sealed class RecordingSink : ICheckpointSink
{
    internal List<Checkpoint> Saved { get; } = [];

    internal Exception? Fault { get; init; }

    public ValueTask SaveAsync(Checkpoint checkpoint, CancellationToken cancellationToken)
    {
        if (Fault is not null)
        {
            throw Fault;
        }

        Saved.Add(checkpoint);
        return ValueTask.CompletedTask;
    }
}
