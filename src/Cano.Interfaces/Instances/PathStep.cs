namespace Cano;

/// <summary>One step of an instance's path: a state, and what its node did there.</summary>
/// <param name="State">The state's name.</param>
/// <param name="EnteredTicks"><see cref="EnteredAfter"/> in ticks of 100 ns, which take fewer bytes than a point in time.</param>
/// <param name="TookTicks"><see cref="Took"/> in ticks of 100 ns.</param>
/// <param name="Attempts">How many attempts the node had, from 1; those made before a checkpoint in the middle of its retries
/// count.</param>
/// <param name="Error">
/// Where there were retries, the message of the last attempt that failed, at most <see cref="MaxErrorBytes"/> bytes of UTF-8. Null: no
/// attempt failed, or none since the checkpoint, or the only one did (then the result's error says why).
/// </param>
[GenerateSerializer]
[Immutable]
[SuppressReferenceTracking]
[Alias("Cano.PathStep")]
public sealed record PathStep(
    [property: Id(0)] string State,
    [property: Id(1)] long EnteredTicks,
    [property: Id(2)] long TookTicks,
    [property: Id(3)] int Attempts,
    [property: Id(4)] string? Error)
{
    /// <summary>How many bytes of UTF-8 <see cref="Error"/> has at most; a longer message is cut and ends with an ellipsis.</summary>
    public const int MaxErrorBytes = 200;

    /// <summary>From when the instance first began to run to when it entered the state.</summary>
    public TimeSpan EnteredAfter => new(EnteredTicks);

    /// <summary>
    /// From when the state was entered to when its node had ended: all attempts, the pauses between them and the checkpoints saved in
    /// those.
    /// </summary>
    public TimeSpan Took => new(TookTicks);

    /// <summary>About how many bytes it takes in its row.</summary>
    internal int ApproximateBytes => 28 + State.Length + Math.Min(MaxErrorBytes, 3 * (Error?.Length ?? 0));
}
