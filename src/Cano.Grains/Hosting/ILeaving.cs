namespace Cano;

/// <summary>
/// A grain that wants to hear at once that its activation must go. Orleans calls <c>OnDeactivateAsync</c> only when the calls that run have
/// ended; those that wait for news would hold the activation for as long as they may wait, and keep everybody who calls it meanwhile.
/// </summary>
internal interface ILeaving
{
    /// <summary>Whether there is something to tell. Asked from any thread; what it misses, <c>OnDeactivateAsync</c> does later.</summary>
    bool HoldsCalls { get; }

    /// <summary>The activation must go: let go of those who wait. Called on the grain's scheduler, between its turns.</summary>
    void MustLeave();
}
