using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;

namespace Cano;

/// <summary>
/// Finds out when the host of a grain factory has stopped. A host that is still stopping answers calls, so that a program can cancel its
/// batches as it ends.
/// </summary>
internal static class ClientHost
{
    /// <summary>Cancelled once the host that a caller's grain factory belongs to has stopped.</summary>
    internal static CancellationToken StoppedToken(IGrainFactory grains) =>
        (grains is IClusterClient client ? HostStop.Of(client, static client => Follow(client.ServiceProvider, client)) : HostStop.Of(grains)).Token;

    /// <summary>Enters the stop of a host, as soon as it has stopped, for the grain factory that it injects.</summary>
    /// <param name="services">The host's services.</param>
    /// <param name="grains">A grain factory of the host.</param>
    /// <returns>The source that is cancelled then.</returns>
    internal static CancellationTokenSource Follow(IServiceProvider services, IGrainFactory grains)
    {
        try
        {
            CancellationTokenSource stopped = HostStop.Of(services.GetService<IGrainFactory>() ?? grains);
            services.GetService<IHostApplicationLifetime>()?.ApplicationStopped.Register(stopped.Cancel);
            return stopped;
        }
        catch (ObjectDisposedException)
        {
            CancellationTokenSource stopped = new();
            stopped.Cancel();
            return stopped;
        }
    }
}
