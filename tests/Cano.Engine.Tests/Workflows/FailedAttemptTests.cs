using System.Runtime.CompilerServices;

namespace Cano.Engine.Tests;

/// <summary>
/// What an attempt threw may hold anything, and a pause before a retry may last for days: only texts of bounded length are kept.
/// </summary>
public sealed class FailedAttemptTests
{
    private const int Runs = 40;

    private static readonly NodeConfig s_oneRetry = NodeConfig.Default with { Retry = RetryMode.Fixed(1, TimeSpan.FromHours(1)) };

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Exception_OfAFailedAttempt_IsNotHeldThroughItsPause(bool isAsynchronous)
    {
        WatchedClock clock = new();
        List<WeakReference> thrown = [];
        List<Task<WorkflowResult<Step>>> runs = Begin(clock, s_oneRetry, thrown, async _ =>
        {
            if (isAsynchronous)
            {
                await Task.Yield();
            }
        });
        await TimersOfAllAsync(clock);

        AssertLetGo(thrown);
        clock.Advance(TimeSpan.FromHours(1));
        foreach (WorkflowResult<Step> result in await Task.WhenAll(runs))
        {
            PathStep step = Assert.Single(result.Path!.Steps);
            Assert.Equal(("failure 1", 2), (step.Error, step.Attempts));
        }
    }

    [Fact]
    public async Task Exception_OfAnAttemptBeyondItsTime_IsNotHeldEither()
    {
        WatchedClock clock = new();
        List<WeakReference> thrown = [];
        NodeConfig limited = s_oneRetry with { AttemptTimeout = TimeSpan.FromSeconds(1) };
        List<Task<WorkflowResult<Step>>> runs = Begin(
            clock, limited, thrown, cancellationToken => Task.Delay(Timeout.InfiniteTimeSpan, clock, cancellationToken));
        await TimersOfAllAsync(clock);
        clock.Advance(TimeSpan.FromSeconds(1));
        await TimersOfAllAsync(clock);

        AssertLetGo(thrown);
        clock.Advance(TimeSpan.FromHours(1));
        Assert.All(
            await Task.WhenAll(runs),
            result => Assert.StartsWith("the function for Start took longer", result.Path!.Steps[0].Error, StringComparison.Ordinal));
    }

    [Fact]
    public async Task LongMessage_OfARetriedAttempt_IsCut()
    {
        WatchedClock clock = new();
        Task<WorkflowResult<Step>> run = Flow.Of(
            (context, _) => context.Attempt == 2 ? new(Step.Done) : throw new IOException(new string('x', 1_000_000)),
            s_oneRetry).RunAsync(clock);

        await clock.PassNextTimerAsync();

        Assert.InRange(Assert.Single((await run).Path!.Steps).Error!.Length, 10, PathStep.MaxErrorBytes);
    }

    // A method of its own, and none that awaits: what its frame holds is gone when it has returned.
    [MethodImpl(MethodImplOptions.NoInlining)]
    private static List<Task<WorkflowResult<Step>>> Begin(
        WatchedClock clock, NodeConfig config, List<WeakReference> thrown, Func<CancellationToken, Task> before)
    {
        WorkflowDefinition<Step, Input> definition = Flow.Of(
            async (context, cancellationToken) =>
            {
                if (context.Attempt == 2)
                {
                    return Step.Done;
                }

                try
                {
                    await before(cancellationToken);
                }
                catch (OperationCanceledException)
                {
                    // Its time is up; what it throws then is held by the error of the time-out.
                }

                throw Bulky(thrown, $"failure {context.Attempt}");
            },
            config);
        return [.. Enumerable.Range(0, Runs).Select(_ => definition.RunAsync(clock))];
    }

    private static async Task TimersOfAllAsync(WatchedClock clock)
    {
        for (int i = 0; i < Runs; i++)
        {
            await clock.NextTimerAsync();
        }
    }

    private static BulkyException Bulky(List<WeakReference> thrown, string message)
    {
        BulkyException exception = new(message);
        lock (thrown)
        {
            thrown.Add(new(exception));
        }

        return exception;
    }

    /// <summary>Of all but those that the runtime holds for a debugger: the last one thrown on each thread.</summary>
    private static void AssertLetGo(List<WeakReference> thrown)
    {
        GC.Collect();
        GC.WaitForPendingFinalizers();
        GC.Collect();
        Assert.Equal(Runs, thrown.Count);
        Assert.InRange(thrown.Count(one => one.IsAlive), 0, 4);
    }

    private sealed class BulkyException(string message) : Exception(message)
    {
        /// <summary>As a response with its body would be held.</summary>
        internal byte[] Body { get; } = new byte[100_000];
    }
}
