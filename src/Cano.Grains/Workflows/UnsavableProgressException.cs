namespace Cano;

/// <summary>What a run has come to can't be saved, which ends the instance. Seen only within the engine.</summary>
internal sealed class UnsavableProgressException(WorkflowError error) : Exception(error.Message)
{
    internal WorkflowError Error { get; } = error;
}
