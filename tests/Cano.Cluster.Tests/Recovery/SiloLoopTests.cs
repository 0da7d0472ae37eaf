using System.Collections.Concurrent;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Time.Testing;
using Orleans.Runtime;

namespace Cano.Recovery;

/// <summary>Tasks that nothing awaits while the silo lives: they begin and end with it, and no exception ends them before.</summary>
public sealed class SiloLoopTests
{
    private readonly FakeTimeProvider _clock = new();
    private readonly Lifecycle _lifecycle = new();
    private readonly Recorder _log = new();

    [Fact]
    public async Task Round_FailsUnexpectedly_IsLoggedAsAnErrorAndTheNextOneComes()
    {
        await using CountingLoop loop = new(
            _clock, _log, round => round == 2 ? throw new InvalidOperationException("nobody expected it") : Task.CompletedTask);
        loop.Participate(_lifecycle);
        await _lifecycle.OnStart();

        await RoundsAsync(loop, 4);
        await _lifecycle.OnStop();

        (LogLevel Level, string Text, Exception? Exception) error = Assert.Single(_log.Entries, entry => entry.Level >= LogLevel.Warning);
        Assert.Equal(
            (LogLevel.Error, "A round of CountingLoop failed unexpectedly; the next one comes after 00:00:10."), (error.Level, error.Text));
        Assert.Equal("nobody expected it", Assert.IsType<InvalidOperationException>(error.Exception).Message);
    }

    [Fact]
    public async Task Silo_Stops_TheRoundUnderWayIsEndedAndNoneFollows()
    {
        await using CountingLoop loop = new(_clock, _log, _ => Task.Delay(Timeout.InfiniteTimeSpan, TimeProvider.System));
        loop.Participate(_lifecycle);
        await _lifecycle.OnStart();
        await RoundsAsync(loop, 1);

        await _lifecycle.OnStop().WaitAsync(TimeSpan.FromSeconds(30), TimeProvider.System, TestContext.Current.CancellationToken);
        _clock.Advance(TimeSpan.FromMinutes(1));

        Assert.Equal(1, loop.Rounds);
        Assert.DoesNotContain(_log.Entries, entry => entry.Level >= LogLevel.Warning);
    }

    /// <summary>The stop is not held up by how the last round ends.</summary>
    [Fact]
    public async Task Silo_StopsWhileARoundFails_ItsStopSucceeds()
    {
        await using CountingLoop loop = new(
            _clock, _log, _ => Task.Delay(Timeout.InfiniteTimeSpan, TimeProvider.System), new InvalidOperationException("at the end"));
        loop.Participate(_lifecycle);
        await _lifecycle.OnStart();
        await RoundsAsync(loop, 1);

        await _lifecycle.OnStop();

        Assert.DoesNotContain(_log.Entries, entry => entry.Level >= LogLevel.Warning);
    }

    private async Task RoundsAsync(CountingLoop loop, int count)
    {
        using PeriodicTimer pause = new(TimeSpan.FromMilliseconds(1), TimeProvider.System);
        long started = TimeProvider.System.GetTimestamp();
        while (loop.Rounds < count)
        {
            Assert.True(
                TimeProvider.System.GetElapsedTime(started) < TimeSpan.FromSeconds(30), $"After 30 s there were {loop.Rounds} of {count} rounds.");
            _clock.Advance(TimeSpan.FromSeconds(1));
            await pause.WaitForNextTickAsync(TestContext.Current.CancellationToken);
        }
    }

    private sealed class CountingLoop(TimeProvider clock, ILogger logger, Func<int, Task> round, Exception? atStop = null)
        : SiloLoop(TimeSpan.FromSeconds(10), clock, logger)
    {
        private int _rounds;

        internal int Rounds => Volatile.Read(ref _rounds);

        protected override async Task DoRoundAsync(CancellationToken cancellationToken)
        {
            try
            {
                await round(Interlocked.Increment(ref _rounds)).WaitAsync(cancellationToken);
            }
            catch (OperationCanceledException) when (atStop is not null)
            {
                throw atStop;
            }
        }
    }

    private sealed class Lifecycle() : LifecycleSubject(NullLogger.Instance), ISiloLifecycle
    {
        public int HighestCompletedStage => 0;

        public int LowestStoppedStage => 0;
    }

    private sealed class Recorder : ILogger
    {
        internal ConcurrentQueue<(LogLevel Level, string Text, Exception? Exception)> Entries { get; } = new();

        public IDisposable? BeginScope<TState>(TState state)
            where TState : notnull => null;

        public bool IsEnabled(LogLevel logLevel) => true;

        public void Log<TState>(
            LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter) =>
            Entries.Enqueue((logLevel, formatter(state, exception), exception));
    }
}
