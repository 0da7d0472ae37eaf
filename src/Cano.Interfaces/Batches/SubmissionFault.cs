namespace Cano;

/// <summary>One thing that is wrong with what was submitted.</summary>
/// <param name="Path">Where it is, as a JSON path such as <c>$.instances[3].params.numbr</c>.</param>
/// <param name="Message">What is wrong there, such as <c>unknown member; there are number</c>.</param>
[GenerateSerializer]
[Immutable]
[Alias("Cano.SubmissionFault")]
public sealed record SubmissionFault([property: Id(0)] string Path, [property: Id(1)] string Message)
{
    /// <summary>How many faults of one submission are told at most: enough to see what is wrong, few enough to be read.</summary>
    internal const int MaxTold = 20;

    /// <summary>Where and what.</summary>
    /// <returns><c>path: message</c>.</returns>
    public override string ToString() => $"{Path}: {Message}";
}
