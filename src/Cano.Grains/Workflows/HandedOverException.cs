namespace Cano;

/// <summary>
/// A run has stopped between two nodes because whoever holds it must go; its progress is saved, and it goes on elsewhere. No outcome, and
/// no failure.
/// </summary>
internal sealed class HandedOverException() : OperationCanceledException("The run was handed over; it goes on from its checkpoint.");
