namespace Cano;

/// <summary>
/// What Cano throws when it is misused or asked at a wrong moment. All of them cross the wire between client and silo whole.
/// The failure of an instance is no exception: see <see cref="WorkflowError"/>.
/// </summary>
[GenerateSerializer]
[Alias("Cano.CanoException")]
public abstract class CanoException : Exception
{
    private protected CanoException(string code, string message, Exception? innerException = null)
        : base(message, innerException) => Code = code;

    /// <summary>What happened, as a stable word for programs: one of <see cref="ErrorCodes"/>.</summary>
    [Id(0)]
    public string Code { get; private set; }
}
