using System.Runtime.CompilerServices;

namespace Cano;

/// <summary>
/// Tells when the host (a silo or a client) that a grain factory belongs to has stopped. Orleans leaves the calls that are under way then
/// without an answer, and
/// a caller that only has the factory can't find out: so the host enters its stop here, and the client library ends its waits on it.
/// </summary>
/// <remarks>Each source is made when it is first asked for, lives as long as its factory, and holds nothing that would have to be
/// disposed of.</remarks>
internal static class HostStop
{
    private static readonly ConditionalWeakTable<IGrainFactory, CancellationTokenSource> s_byFactory = [];

    /// <summary>The source that is cancelled once the host of a grain factory has stopped.</summary>
    internal static CancellationTokenSource Of(IGrainFactory grains) => s_byFactory.GetValue(grains, static _ => new());

    /// <summary>The source for a client, found by <paramref name="find"/> when the client is seen for the first time.</summary>
    internal static CancellationTokenSource Of(IClusterClient client, Func<IClusterClient, CancellationTokenSource> find) =>
        s_byFactory.GetValue(client, _ => find(client));
}
