using System.Globalization;
using System.Threading.RateLimiting;
using Microsoft.AspNetCore.RateLimiting;
using Microsoft.Extensions.Options;

namespace Cano;

/// <summary>How much each caller may ask for at once: one who is slow, or many at a time, is in nobody's way but their own.</summary>
internal static class ApiLimits
{
    /// <summary>The policy of starts, which are held in memory or in a file while they are taken in.</summary>
    internal const string Starts = "starts";

    /// <summary>The policy of answers that last.</summary>
    internal const string Streams = "streams";

    private const int StartsWaiting = 100;

    internal static void AddApiLimits(this IServiceCollection services)
    {
        services.AddRateLimiter(_ => { });
        services.AddOptions<RateLimiterOptions>().Configure<IOptions<CanoHttpOptions>>((limits, http) =>
        {
            CanoHttpOptions options = http.Value;
            limits.RejectionStatusCode = StatusCodes.Status429TooManyRequests;
            limits.OnRejected = static (context, _) =>
            {
                TimeSpan after = context.Lease.TryGetMetadata(MetadataName.RetryAfter, out TimeSpan retry) ? retry : TimeSpan.FromSeconds(1);
                context.HttpContext.Response.Headers.RetryAfter = Math.Max(1, Math.Ceiling(after.TotalSeconds)).ToString(CultureInfo.InvariantCulture);
                return ValueTask.CompletedTask;
            };
            limits.GlobalLimiter = PartitionedRateLimiter.Create<HttpContext, string>(http => RateLimitPartition.GetTokenBucketLimiter(Caller(http), _ => new()
            {
                TokenLimit = 2 * options.RequestsPerSecond,
                TokensPerPeriod = options.RequestsPerSecond,
                ReplenishmentPeriod = TimeSpan.FromSeconds(1),
                QueueLimit = 0,
            }));
            limits.AddPolicy(Starts, http => RateLimitPartition.GetConcurrencyLimiter(Caller(http), _ => new() { PermitLimit = options.StartsAtOnce, QueueLimit = StartsWaiting }));
            limits.AddPolicy(Streams, http => RateLimitPartition.GetConcurrencyLimiter(Caller(http), _ => new() { PermitLimit = options.StreamsAtOnce, QueueLimit = 0 }));
        });
    }

    private static string Caller(HttpContext http) =>
        http.User.Identity is { IsAuthenticated: true, Name: { } name } ? $"name {name}" : $"address {http.Connection.RemoteIpAddress}";
}
