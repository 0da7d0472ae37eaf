namespace Cano;

/// <summary>
/// A silo's storage did not do what it was asked to. Whether a write was made is unknown; asking the grain again finds it out. The client library does so, for about a minute, when the code is
/// <see cref="ErrorCodes.StorageUnavailable"/>.
/// </summary>
[GenerateSerializer]
[Alias("Cano.StorageException")]
public sealed class StorageException : CanoException
{
    /// <summary>Makes the exception. It takes no inner one: that of a database's own library could not be read by a client, which has no such library.</summary>
    /// <param name="code"><see cref="ErrorCodes.StorageUnavailable"/> or <see cref="ErrorCodes.StorageFailed"/>.</param>
    /// <param name="message">What happened and what to do; never a password.</param>
    public StorageException(string code, string message)
        : base(code, message)
    {
    }
}
