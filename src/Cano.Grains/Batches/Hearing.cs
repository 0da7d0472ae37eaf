namespace Cano;

/// <summary>What a report means for the one who heard it.</summary>
internal enum Hearing
{
    /// <summary>It was taken in.</summary>
    Taken,

    /// <summary>A later report, or a later activation, has been heard: nothing changed.</summary>
    Outdated,

    /// <summary>The partition obeys a later activation of the batch: this one must end.</summary>
    Superseded,
}
