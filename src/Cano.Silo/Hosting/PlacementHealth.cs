using Microsoft.Extensions.Diagnostics.HealthChecks;

namespace Cano;

/// <summary>
/// Degraded while instances of this silo's batches wait because no silo of the cluster has their workflow. Such a silo is still ready: what
/// it
/// does for all others is not affected, and to take it out of the load balancer would bring no workflow back.
/// </summary>
internal sealed class PlacementHealth(UnplaceableTally unplaceable) : IHealthCheck
{
    public Task<HealthCheckResult> CheckHealthAsync(HealthCheckContext context, CancellationToken cancellationToken = default) =>
        Task.FromResult(UnplaceableText.Of(unplaceable.ByWorkflow()) is { } text
            ? HealthCheckResult.Degraded(text)
            : HealthCheckResult.Healthy("No instance waits for a silo that has its workflow."));
}
