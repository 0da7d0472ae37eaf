namespace Cano;

/// <summary>The output of an instance, as a node set it.</summary>
/// <param name="Value">The output.</param>
/// <param name="Type">What it is written as.</param>
internal sealed record WorkflowOutput(object? Value, Type Type);
