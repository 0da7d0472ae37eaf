namespace Cano;

/// <summary>
/// A silo's storage did not do what it was asked to. Whether a write was made is unknown, unless <see cref="WasNeverAttempted"/> says that
/// it was not; asking the grain again finds it out.
/// The client library does so, for about a minute, when the code is <see cref="ErrorCodes.StorageUnavailable"/>.
/// </summary>
[GenerateSerializer]
[Alias("Cano.StorageException")]
public sealed class StorageException : CanoException
{
    /// <summary>
    /// Makes the exception. It takes no inner one: that of a database's own library could not be read by a client, which has no such
    /// library.
    /// </summary>
    /// <param name="code"><see cref="ErrorCodes.StorageUnavailable"/> or <see cref="ErrorCodes.StorageFailed"/>.</param>
    /// <param name="message">What happened and what to do; never a password.</param>
    public StorageException(string code, string message)
        : base(code, message)
    {
    }

    /// <summary>
    /// True: the storage never began the operation, since no turn or no connection came free in time. Nothing was changed, and the same
    /// operation may be tried again.
    /// Thrown by a grain storage, it makes Cano's grains do so, for about two minutes. False: a write may have been made.
    /// </summary>
    /// <value>False.</value>
    [Id(0)]
    public bool WasNeverAttempted { get; private set; }

    /// <summary>
    /// Makes the exception of an operation that was never begun (<see cref="WasNeverAttempted"/>); its code is <see
    /// cref="ErrorCodes.StorageUnavailable"/>.
    /// </summary>
    /// <param name="message">What happened and what to do; never a password.</param>
    /// <returns>The exception.</returns>
    public static StorageException NeverAttempted(string message) =>
        new(ErrorCodes.StorageUnavailable, message) { WasNeverAttempted = true };
}
