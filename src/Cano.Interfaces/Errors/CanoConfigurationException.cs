namespace Cano;

/// <summary>A batch, a definition or options are not valid. Nothing was stored or started.</summary>
[GenerateSerializer]
[Alias("Cano.CanoConfigurationException")]
public sealed class CanoConfigurationException : CanoException
{
    /// <summary>Makes the exception.</summary>
    /// <param name="code">One of <see cref="ErrorCodes"/>.</param>
    /// <param name="message">What is wrong, where, and how to mend it.</param>
    /// <param name="path">Where in the submitted document, as a JSON path such as <c>$.instances[3].id</c>; null if it was none.</param>
    /// <param name="innerException">What it came from, if anything.</param>
    public CanoConfigurationException(string code, string message, string? path = null, Exception? innerException = null)
        : base(code, message, innerException) => Path = path;

    private CanoConfigurationException(string code, SubmissionFault[] faults, Exception? innerException)
        : base(code, MessageOf(faults), innerException)
    {
        Path = faults[0].Path;
        _faults = faults;
    }

    /// <summary>
    /// Where in the submitted document the fault is, the first if there are several, as a JSON path; null when there is no document.
    /// </summary>
    [Id(0)]
    public string? Path { get; private set; }

    [Id(1)]
    private readonly SubmissionFault[]? _faults;

    /// <summary>
    /// All that is wrong with the submitted document, as far as it was looked for, at most 20 faults; empty when there is no document.
    /// </summary>
    public IReadOnlyList<SubmissionFault> Faults => _faults ?? (Path is null ? [] : [new(Path, Message)]);

    /// <summary>One exception for several faults; the message has all of them.</summary>
    internal static CanoConfigurationException Of(string code, IEnumerable<SubmissionFault> faults, Exception? innerException = null) =>
        new(code, [.. faults.Take(SubmissionFault.MaxTold)], innerException);

    private static string MessageOf(SubmissionFault[] faults) =>
        faults.Length == 1 ? $"{faults[0]}" : $"{faults[0]} (and {faults.Length - 1} more: {string.Join(" | ", faults.Skip(1))})";
}
