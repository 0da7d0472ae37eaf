namespace Cano;

/// <summary>
/// The states that an instance went through, and the attempts it needed there. A state is part of it once its node has run and the outcome
/// of that is known; an exit state is not, nor is one whose node never ran: <see cref="InstanceResult.FinalState"/> and
/// <see cref="WorkflowError.State"/> name those. Of a cancelled instance the last step is the state that it was in, up to when its batch
/// stopped.
/// </summary>
/// <param name="Steps">
/// The steps, in the order in which they were made; one at least, <see cref="MaxSteps"/> at most. Of a longer path these are the first
/// <see cref="FirstSteps"/> and then the last ones.
/// </param>
/// <param name="Omitted">How many steps are left out after the first <see cref="FirstSteps"/>; 0 for none.</param>
/// <param name="FromCheckpoint">True: the run went on from a checkpoint and the path begins there. What came before it is not known, and
/// not in <paramref name="Omitted"/>.</param>
[GenerateSerializer]
[Immutable]
[SuppressReferenceTracking]
[Alias("Cano.InstancePath")]
public sealed record InstancePath(
    [property: Id(0)] PathStep[] Steps,
    [property: Id(1)] long Omitted,
    [property: Id(2)] bool FromCheckpoint)
{
    /// <summary>How many steps are kept at most.</summary>
    public const int MaxSteps = 32;

    /// <summary>How many of the first steps are kept when some are left out.</summary>
    public const int FirstSteps = 8;

    /// <summary>About how many bytes it takes in its row.</summary>
    internal int ApproximateBytes => 16 + Steps.Sum(step => step.ApproximateBytes);
}
