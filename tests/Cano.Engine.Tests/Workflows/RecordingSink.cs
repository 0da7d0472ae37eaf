namespace Cano.Engine.Tests;

/// <summary>Keeps what is saved.</summary>
internal sealed class RecordingSink : ICheckpointSink
{
    internal List<Checkpoint> Saved { get; } = [];

    internal Exception? Fault { get; init; }

    /// <summary>Once so many have been saved, the run is to be handed over; null: never.</summary>
    internal int? HandsOverAfter { get; set; }

    public bool MustHandOver => Saved.Count >= HandsOverAfter;

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
