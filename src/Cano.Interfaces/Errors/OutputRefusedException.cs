namespace Cano;

/// <summary>
/// An output can't be kept: thrown where the node sets it, which may catch this and set another one. The one that was set before stays.
/// Where it leaves the node, the
/// instance fails with a kind equal to <see cref="CanoException.Code"/>, without another attempt.
/// </summary>
[GenerateSerializer]
[Alias("Cano.OutputRefusedException")]
public sealed class OutputRefusedException : CanoException
{
    internal OutputRefusedException(string code, string message, string path, Exception? innerException = null)
        : base(code, message, innerException) => Path = path;

    /// <summary>Where in the output, as a JSON path such as <c>$.score.value</c>.</summary>
    [Id(0)]
    public string Path { get; private set; }
}
