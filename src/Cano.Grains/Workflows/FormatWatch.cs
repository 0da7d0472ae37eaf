using Microsoft.Extensions.Logging;
using Orleans.Metadata;

namespace Cano;

/// <summary>
/// Tells when silos of a cluster write users' values in different formats (<see cref="CanoJson.Configure"/>): what one wrote, the other
/// may read as something else.
/// </summary>
internal sealed class FormatWatch(
    IClusterManifestProvider manifests, GrainTypeResolver types, ILocalSiloDetails silo, TimeProvider clock, ILogger<FormatWatch> logger)
    : SiloLoop(s_interval, clock, logger)
{
    private static readonly TimeSpan s_interval = TimeSpan.FromSeconds(10);

    private readonly GrainType _grain = types.GetGrainType(typeof(WorkflowGrain));
    private readonly HashSet<SiloAddress> _told = [];

    protected override Task DoRoundAsync(CancellationToken cancellationToken)
    {
        string own = ValueFormat.Current.Fingerprint;
        foreach ((SiloAddress other, string format) in Differing(manifests.Current, _grain, own))
        {
            // This silo's own announcement was made when it started, and the format may have been extended since.
            if (!other.Equals(silo.SiloAddress) && _told.Add(other))
            {
                logger.FormatDiffers(other, format, own);
            }
        }

        return Task.CompletedTask;
    }

    /// <summary>The silos that announce another format. One without Cano, or of a version that does not say, announces none.</summary>
    internal static IEnumerable<(SiloAddress Silo, string Format)> Differing(ClusterManifest cluster, GrainType grain, string own) =>
        from silo in cluster.Silos
        where silo.Value.Grains.ContainsKey(grain)
        let format = silo.Value.Grains[grain].Properties.GetValueOrDefault(WorkflowAnnouncement.FormatProperty)
        where format is not null && format != own
        select (silo.Key, format);
}

internal static partial class FormatWatchLog
{
    [LoggerMessage(2020, LogLevel.Warning, "Silo {Other} writes users' values in another JSON format ({OtherFormat}) than this one ({Format})")]
    internal static partial void FormatDiffers(this ILogger logger, SiloAddress other, string otherFormat, string format);
}
