using Microsoft.Extensions.Options;

namespace Cano;

/// <summary>
/// Holds the stop of the host up for <see cref="CanoHttpOptions.ShutdownDelay"/>, in which it works on and only says that it is not ready.
/// Hosts run this before they stop any service, so that HTTP is there while load balancers learn to leave it alone.
/// </summary>
internal sealed class ShutdownDelay(IOptions<CanoHttpOptions> options, TimeProvider timeProvider) : IHostedLifecycleService, IDisposable
{
    private readonly CancellationTokenSource _over = new();

    /// <summary>Cancelled when the delay is over: from then on HTTP stops, and waits for its requests.</summary>
    internal CancellationToken Over => _over.Token;

    public Task StartingAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StartAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StartedAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public async Task StoppingAsync(CancellationToken cancellationToken)
    {
        await Task.Delay(options.Value.ShutdownDelay, timeProvider, cancellationToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        await _over.CancelAsync();
    }

    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StoppedAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public void Dispose() => _over.Dispose();
}
