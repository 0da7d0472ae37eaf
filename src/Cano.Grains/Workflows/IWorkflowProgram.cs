namespace Cano;

/// <summary>A registered definition as the silo sees it: its types erased, ready to run instances. Safe for concurrent use.</summary>
internal interface IWorkflowProgram
{
    /// <summary>The workflow's name.</summary>
    string Name { get; }

    /// <summary>The names of all states that have a node or end an instance, in the order of the enum.</summary>
    IReadOnlyList<string> States { get; }

    /// <summary>The names of the exit states, failure states not included.</summary>
    IReadOnlyList<string> ExitStates { get; }

    /// <summary>The names of the failure states.</summary>
    IReadOnlyList<string> FailureStates { get; }

    /// <summary>The name of the start state.</summary>
    string Start { get; }

    /// <summary>Reads params as a run would, and keeps nothing of them.</summary>
    /// <param name="params">UTF-8 JSON.</param>
    /// <param name="path">The JSON path at which faults are told.</param>
    /// <returns>What does not fit; empty: they do.</returns>
    IReadOnlyList<SubmissionFault> CheckParams(byte[] @params, string path);

    /// <summary>
    /// Runs one instance to its end. Whatever goes wrong in it comes back as an outcome with an error.
    /// </summary>
    /// <param name="execution">What to run.</param>
    /// <param name="cancellationToken">Cancels the run.</param>
    /// <returns>The outcome.</returns>
    /// <exception cref="OperationCanceledException"><paramref name="cancellationToken"/> is signalled and the run noticed it.</exception>
    /// <exception cref="RunStoppedException">The run was stopped, or its time is over (<see cref="InstanceExecution.Control"/>), before its
    /// next attempt.</exception>
    /// <exception cref="HandedOverException">The run was to be handed over (<see cref="ICheckpointSink.MustHandOver"/>): its progress is
    /// saved.</exception>
    ValueTask<InstanceOutcome> RunAsync(InstanceExecution execution, CancellationToken cancellationToken);
}

/// <summary>One run of one instance: everything it needs from outside.</summary>
internal sealed class InstanceExecution
{
    internal required string BatchId { get; init; }

    internal required string InstanceId { get; init; }

    /// <summary>UTF-8 JSON; null: <c>default</c>.</summary>
    internal byte[]? Params { get; init; }

    /// <summary>What the store begins with, a JSON object in UTF-8; null: empty. Not used where <see cref="Resume"/> is given.</summary>
    internal byte[]? Store { get; init; }

    internal required ISharedStore SharedStore { get; init; }

    /// <summary>Where to go on; null: at the start.</summary>
    internal Checkpoint? Resume { get; init; }

    /// <summary>Where to save progress; null: nowhere.</summary>
    internal ICheckpointSink? Checkpoints { get; init; }

    /// <summary>True: the outcome has its path however it ends; otherwise only if it fails.</summary>
    internal bool KeepPath { get; init; }

    /// <summary>True: if it fails, the outcome has the stack of what its node threw.</summary>
    internal bool KeepStack { get; init; }

    /// <summary>Asked before each attempt whether it may begin; null: it may.</summary>
    internal RunControl? Control { get; init; }
}

/// <summary>Saves how far a run has come.</summary>
internal interface ICheckpointSink
{
    /// <summary>True once whoever holds the run must go: at its next transition it saves and stops, to go on elsewhere.</summary>
    bool MustHandOver { get; }

    /// <summary>Saves; when it returns, the checkpoint is durable. What it throws ends the run without an outcome.</summary>
    ValueTask SaveAsync(Checkpoint checkpoint, CancellationToken cancellationToken);
}
