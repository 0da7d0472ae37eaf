namespace Cano;

/// <summary>Why an instance failed, as data.</summary>
[GenerateSerializer]
[Immutable]
[Alias("Cano.WorkflowError")]
public sealed record WorkflowError
{
    /// <summary>What kind of failure it is: one of <see cref="WorkflowErrorKinds"/>.</summary>
    [Id(0)]
    public required string Kind { get; init; }

    /// <summary>What happened; at most 4 KB of UTF-8, cut with an ellipsis.</summary>
    [Id(1)]
    public required string Message { get; init; }

    /// <summary>The state in which it happened, as the member's name; null if it happened before the first.</summary>
    [Id(2)]
    public string? State { get; init; }

    /// <summary>How many attempts that state's node had; 0 if none began.</summary>
    [Id(3)]
    public int Attempts { get; init; }

    /// <summary>The full name of the exception's type; null when none was thrown.</summary>
    [Id(4)]
    public string? ExceptionType { get; init; }

    /// <summary>The inner exceptions, outermost first, each as <c>type: message</c>; at most 5. Null when there are none.</summary>
    [Id(5)]
    public IReadOnlyList<string>? Inner
    {
        get;
        // Orleans' JSON can't read what the compiler makes of a collection expression: always an array.
        init => field = value?.ToArray();
    }

    /// <summary>
    /// The exception as text, with its stack and its inner exceptions; at most 4 KB of UTF-8. Kept with those failures whose path is kept
    /// (<see cref="InstanceResult.Path"/> says for whom); null for others, and when no exception was thrown.
    /// </summary>
    [Id(6)]
    public string? Stack { get; init; }
}

/// <summary>The kinds of <see cref="WorkflowError"/>. A kind never changes its meaning.</summary>
public static class WorkflowErrorKinds
{
    /// <summary>A node threw, and has no retries or none for such an exception (<see cref="RetryMode.When"/>).</summary>
    public const string NodeFailed = "node-failed";

    /// <summary>A node threw at its last retry too.</summary>
    public const string RetryExhausted = "retry-exhausted";

    /// <summary>A node moved to a state that has neither a node nor is an exit state.</summary>
    public const string NoNodeForState = "no-node-for-state";

    /// <summary>The params do not fit the workflow's type.</summary>
    public const string InvalidParams = "invalid-params";

    /// <summary>The instance reached one of its workflow's failure states.</summary>
    public const string FailureState = "failure-state";

    /// <summary>The output is larger than allowed. The node is not repeated.</summary>
    public const string OutputTooLarge = "output-too-large";

    /// <summary>The output can't be written as JSON and read back whole; the message has the JSON path. The node is not repeated.</summary>
    public const string OutputNotWritable = "output-not-writable";

    /// <summary>The instance made more transitions than its definition allows.</summary>
    public const string StepLimit = "step-limit";

    /// <summary>A saved state does not fit the definition that is registered now.</summary>
    public const string InvalidCheckpoint = "invalid-checkpoint";

    /// <summary>The last attempt of a node took longer than its <see cref="NodeConfig.AttemptTimeout"/>.</summary>
    public const string Timeout = "timeout";

    /// <summary>
    /// The rows of the instance's partition were not in storage when its batch was stopped: what the instance was, and did, is not known
    /// any more.
    /// </summary>
    public const string DataLost = "data-lost";
}
