namespace Cano;

/// <summary>
/// That a batch's rows are being removed, or are gone. Once it is written nothing of the batch can be read or started any more.
/// </summary>
/// <param name="At">When it was decided.</param>
/// <param name="Left">How many of its partitions, the first ones, may still have rows. 0: all is gone, and this is a tombstone.</param>
/// <param name="BrokenOff">True: what is removed are the remains of a start that was broken off. There never was a batch, and afterwards
/// the row goes too.</param>
[GenerateSerializer]
[Immutable]
[Alias("Cano.PurgeRecord")]
internal sealed record PurgeRecord([property: Id(0)] DateTimeOffset At, [property: Id(1)] int Left, [property: Id(2)] bool BrokenOff);
