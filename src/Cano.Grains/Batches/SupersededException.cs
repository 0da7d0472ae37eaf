namespace Cano;

/// <summary>This activation has ended: another one is, or will be, in charge. Whoever gets it asks again.</summary>
[GenerateSerializer]
[Alias("Cano.SupersededException")]
internal sealed class SupersededException : Exception
{
    public SupersededException(string message, Exception? innerException = null)
        : base(message, innerException)
    {
    }
}
