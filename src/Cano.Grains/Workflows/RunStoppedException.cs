namespace Cano;

/// <summary>
/// A run ends before its next attempt, since its batch has stopped or its time is over. No outcome, and no failure: its cancel follows.
/// </summary>
internal sealed class RunStoppedException() : OperationCanceledException("The run was stopped.");
