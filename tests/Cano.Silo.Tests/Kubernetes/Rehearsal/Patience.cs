using System.Diagnostics;

namespace Cano.Tests.Kubernetes.Rehearsal;

/// <summary>Waits that have an end.</summary>
internal static class Patience
{
    /// <summary>For a pod to come up, beside others that do, on few processors.</summary>
    internal static TimeSpan ForStarts { get; } = TimeSpan.FromSeconds(90);

    /// <summary>For a batch to end, whatever happens to silos meanwhile.</summary>
    internal static TimeSpan ForBatches { get; } = TimeSpan.FromSeconds(240);

    internal static async Task UntilAsync(TimeSpan patience, Func<string> otherwise, Func<bool> condition) =>
        await UntilAsync(patience, otherwise, () => Task.FromResult(condition()));

    internal static async Task UntilAsync(TimeSpan patience, Func<string> otherwise, Func<Task<bool>> condition)
    {
        long started = Stopwatch.GetTimestamp();
        using PeriodicTimer pause = new(TimeSpan.FromMilliseconds(100), TimeProvider.System);
        while (!await condition())
        {
            Assert.True(Stopwatch.GetElapsedTime(started) < patience, $"After {patience.TotalSeconds} s: {otherwise()}");
            await pause.WaitForNextTickAsync(TestContext.Current.CancellationToken);
        }
    }

    /// <summary>Lets a span pass that is itself what is rehearsed: the period of a probe, how long a network is broken.</summary>
    internal static async Task PassAsync(TimeSpan span, CancellationToken cancellationToken)
    {
        if (span > TimeSpan.Zero)
        {
            using PeriodicTimer over = new(span, TimeProvider.System);
            await over.WaitForNextTickAsync(cancellationToken);
        }
    }
}
