using Orleans.Services;

namespace Cano;

/// <summary>
/// What silos tell each other of the network between them. Every silo has one; a silo of an earlier version has none, and says so by not
/// answering.
/// </summary>
[Alias("Cano.ISiloLinks")]
internal interface ISiloLinks : IGrainService
{
    /// <summary>Answers: the way to here and back is whole.</summary>
    /// <returns>A task.</returns>
    [ResponseTimeout("00:00:03")]
    [Alias("Ping")]
    Task PingAsync();

    /// <summary>The members that this silo does not reach.</summary>
    /// <returns>Their addresses.</returns>
    [ResponseTimeout("00:00:03")]
    [Alias("GetBroken")]
    Task<SiloAddress[]> GetBrokenAsync();

    /// <summary>Asks another silo which members it does not reach, for one that can't ask it itself.</summary>
    /// <param name="silo">Whom to ask.</param>
    /// <returns>Their addresses; null: it does not answer this silo either.</returns>
    [ResponseTimeout("00:00:06")]
    [Alias("AskForBroken")]
    Task<SiloAddress[]?> AskForBrokenAsync(SiloAddress silo);
}
