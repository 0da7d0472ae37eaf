namespace Cano;

/// <summary>What came of an instance. Every instance gets exactly one; once readable it never changes.</summary>
public enum WorkflowOutcome
{
    /// <summary>It reached an exit state.</summary>
    Completed = 0,

    /// <summary>It ended with an error.</summary>
    Failed = 1,

    /// <summary>The batch stopped before its outcome was final.</summary>
    Cancelled = 2,
}

/// <summary>Why an instance is Cancelled.</summary>
public enum CancelReason
{
    /// <summary>Others filled the quota before it ended.</summary>
    QuotaReached = 0,

    /// <summary>The deadline came before it ended.</summary>
    DurationElapsed = 1,

    /// <summary>Someone asked for the batch to be cancelled.</summary>
    Requested = 2,

    /// <summary>It did complete, but after the quota was filled.</summary>
    Surplus = 3,
}
