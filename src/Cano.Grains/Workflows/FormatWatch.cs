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
        foreach ((SiloAddress other, GrainManifest manifest) in manifests.Current.Silos)
        {
            string own = ValueFormat.Current.Fingerprint;
            if (!other.Equals(silo.SiloAddress) && FormatOf(manifest) is { } format && format != own && _told.Add(other))
            {
                logger.FormatDiffers(other, format, own);
            }
        }

        return Task.CompletedTask;
    }

    /// <summary>Null: a silo without Cano, or of a version that does not say.</summary>
    private string? FormatOf(GrainManifest manifest) =>
        manifest.Grains.TryGetValue(_grain, out GrainProperties? properties)
            ? properties.Properties.GetValueOrDefault(WorkflowAnnouncement.FormatProperty)
            : null;
}

internal static partial class FormatWatchLog
{
    [LoggerMessage(2020, LogLevel.Warning, "Silo {Other} writes users' values in another JSON format ({OtherFormat}) than this one ({Format})")]
    internal static partial void FormatDiffers(this ILogger logger, SiloAddress other, string otherFormat, string format);
}
