namespace Cano;

/// <summary>
/// The silo or client of this process, through which a call was made or a wait was under way, has stopped, so that no answer can come.
/// Batches are not affected.
/// </summary>
/// <remarks>Whether a start, a cancel or a purge that it ends was carried out is unknown; the batch's status says so, asked through a
/// host that runs.</remarks>
[GenerateSerializer]
[Alias("Cano.HostStoppedException")]
public sealed class HostStoppedException : CanoException
{
    /// <summary>Makes the exception.</summary>
    /// <param name="innerException">What Orleans threw, if it did.</param>
    public HostStoppedException(Exception? innerException = null)
        : base(
            ErrorCodes.HostStopped,
            "The host (silo or client) through which batches were reached has stopped, so that no answer can come. The batches go on wherever, or as soon as, a silo runs; ask again through a host that runs.",
            innerException)
    {
    }
}
