using System.Diagnostics.CodeAnalysis;
using Microsoft.Extensions.Logging;

namespace Cano;

/// <summary>
/// Does something again and again while its silo is active: at once, and then after each interval; a round that takes longer delays the
/// next. It ends before the silo's grains are
/// deactivated. A round that fails in a way that it does not handle itself is logged as an error, and the next one comes as if it had not.
/// </summary>
/// <param name="interval">From the beginning of one round to that of the next.</param>
/// <param name="clock">What the interval is measured by.</param>
/// <param name="logger">The loop's logger.</param>
internal abstract class SiloLoop(TimeSpan interval, TimeProvider clock, ILogger logger)
    : ILifecycleParticipant<ISiloLifecycle>, IAsyncDisposable
{
    private readonly CancellationTokenSource _stopping = new();
    private Task _loop = Task.CompletedTask;

    /// <summary>From the beginning of one round to that of the next.</summary>
    protected TimeSpan Interval => interval;

    /// <summary>What the interval is measured by.</summary>
    protected TimeProvider Clock => clock;

    private string Name => GetType().Name;

    public void Participate(ISiloLifecycle lifecycle) => lifecycle.Subscribe(Name, ServiceLifecycleStage.Active, StartAsync, StopAsync);

    public async ValueTask DisposeAsync()
    {
        await StopAsync(CancellationToken.None);
        _stopping.Dispose();
        GC.SuppressFinalize(this);
    }

    /// <summary>One round.</summary>
    /// <param name="cancellationToken">The silo stops.</param>
    protected abstract Task DoRoundAsync(CancellationToken cancellationToken);

    /// <summary>Called once, before the first round.</summary>
    protected virtual void OnStarting()
    {
    }

    private Task StartAsync(CancellationToken cancellationToken)
    {
        OnStarting();
        _loop = RepeatAsync(_stopping.Token);
        return Task.CompletedTask;
    }

    private async Task StopAsync(CancellationToken cancellationToken)
    {
        await _stopping.CancelAsync();
        await _loop.WaitAsync(cancellationToken);
    }

    private async Task RepeatAsync(CancellationToken cancellationToken)
    {
        await Task.Yield();
        using PeriodicTimer timer = new(interval, clock);
        try
        {
            do
            {
                await TryRoundAsync(cancellationToken);
            }
            while (await timer.WaitForNextTickAsync(cancellationToken));
        }
        catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
        {
            logger.LoopEnded(Name);
        }
    }

    [SuppressMessage("Design", "CA1031", Justification = "The last handler of a task that nothing awaits while the silo lives.")]
    private async Task TryRoundAsync(CancellationToken cancellationToken)
    {
        try
        {
            await DoRoundAsync(cancellationToken);
        }
        catch (Exception exception) when (!cancellationToken.IsCancellationRequested)
        {
            logger.RoundFailed(exception, Name, interval);
        }
        catch (Exception exception) when (exception is not OperationCanceledException)
        {
            logger.LastRoundFailed(exception, Name);
        }
    }
}
