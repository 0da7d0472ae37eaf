namespace Cano;

/// <summary>The states of <c>cano.simulate</c>.</summary>
public enum SimulateState
{
    /// <summary>Where every instance begins.</summary>
    Start = 0,

    /// <summary>Entered as often as there are steps.</summary>
    Working = 1,

    /// <summary>All steps were made.</summary>
    Done = 2,

    /// <summary>A step rejected the work.</summary>
    Rejected = 3,
}
