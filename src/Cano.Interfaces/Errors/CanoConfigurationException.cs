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

    /// <summary>Where in the submitted document the fault is, as a JSON path; null when there is no document.</summary>
    [Id(0)]
    public string? Path { get; private set; }
}
