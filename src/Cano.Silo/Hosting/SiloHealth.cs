using Microsoft.Extensions.Diagnostics.HealthChecks;

namespace Cano;

/// <summary>Ready until the host is told to stop: from then on nobody should send it anything new, though it still answers.</summary>
internal sealed class ShutdownHealth(IHostApplicationLifetime host) : IHealthCheck
{
    public Task<HealthCheckResult> CheckHealthAsync(HealthCheckContext context, CancellationToken cancellationToken = default) =>
        Task.FromResult(host.ApplicationStopping.IsCancellationRequested
            ? HealthCheckResult.Unhealthy("The host was told to stop.")
            : HealthCheckResult.Healthy("The host was not told to stop."));
}

/// <summary>Ready while the silo is an active member of its cluster.</summary>
internal sealed class SiloHealth(ISiloStatusOracle silos) : IHealthCheck
{
    public Task<HealthCheckResult> CheckHealthAsync(HealthCheckContext context, CancellationToken cancellationToken = default) =>
        Task.FromResult(silos.CurrentStatus is SiloStatus.Active
            ? HealthCheckResult.Healthy("The silo is active.")
            : HealthCheckResult.Unhealthy($"The silo is not active: it is {silos.CurrentStatus}."));
}

/// <summary>Ready while the database answers.</summary>
internal sealed class StorageHealth(CanoGrainStorage storage, TimeProvider timeProvider) : IHealthCheck
{
    private static readonly TimeSpan s_patience = TimeSpan.FromSeconds(2);

    public async Task<HealthCheckResult> CheckHealthAsync(HealthCheckContext context, CancellationToken cancellationToken = default)
    {
        try
        {
            await storage.ProbeAsync().WaitAsync(s_patience, timeProvider, cancellationToken);
            return HealthCheckResult.Healthy("The database answers.");
        }
        catch (Exception exception) when (!cancellationToken.IsCancellationRequested)
        {
            return HealthCheckResult.Unhealthy($"The database does not answer: {exception.Message}", exception);
        }
    }
}
