namespace Cano;

/// <summary>How far a batch has come.</summary>
public enum BatchPhase
{
    /// <summary>It is durable and no instance has been started yet.</summary>
    Pending = 0,

    /// <summary>Its instances run.</summary>
    Running = 1,

    /// <summary>Its strategy has decided, durably; the outcomes of the rest are being made final.</summary>
    Stopping = 2,

    /// <summary>Every outcome is final and durable.</summary>
    Finished = 3,
}

/// <summary>Why a batch stopped.</summary>
public enum StopReason
{
    /// <summary>Every instance completed or failed.</summary>
    AllFinished = 0,

    /// <summary>The success that filled the quota was committed.</summary>
    QuotaReached = 1,

    /// <summary>The deadline came.</summary>
    DurationElapsed = 2,

    /// <summary>Someone asked for it.</summary>
    Cancelled = 3,
}
