using System.Diagnostics;
using Cano.CrashHost;

namespace Cano.Chaos.Witnesses;

/// <summary>
/// Follows a batch from its start to its end as a client does, and holds it to its promises: no call fails, every status adds up, no count falls, no phase or stop is taken
/// back, each result is seen once and is the same at the end.
/// </summary>
internal sealed class Witness
{
    private readonly Dictionary<string, WorkflowResult<TrailState>> _streamed = new(StringComparer.Ordinal);
    private readonly ConcurrentWorkflowRun<TrailState> _run;
    private readonly CancellationToken _cancellationToken;
    private readonly Task _watching;
    private readonly Task _streaming;
    private BatchStatus? _last;

    private Witness(ConcurrentWorkflowRun<TrailState> run, CancellationToken cancellationToken)
    {
        _run = run;
        _cancellationToken = cancellationToken;
        _watching = WatchAsync();
        _streaming = StreamAsync();
    }

    internal string Id => _run.Id;

    /// <summary>The status seen last.</summary>
    internal BatchStatus? Last => Volatile.Read(ref _last);

    /// <summary>How many results were seen so far.</summary>
    internal int Streamed
    {
        get
        {
            lock (_streamed)
            {
                return _streamed.Count;
            }
        }
    }

    /// <summary>Starts a batch and follows it.</summary>
    internal static async Task<Witness> StartAsync(CanoClient client, ConcurrentWorkflow<TrailState> batch) =>
        new(await client.StartAsync(batch, cancellationToken: TestContext.Current.CancellationToken), TestContext.Current.CancellationToken);

    /// <summary>Follows a batch that exists.</summary>
    internal static Witness Attach(CanoClient client, string id) =>
        new(client.Attach<TrailState>(id), TestContext.Current.CancellationToken);

    /// <summary>Waits until a status is as it should be.</summary>
    internal async Task UntilAsync(string what, TimeSpan patience, Func<BatchStatus, bool> holds)
    {
        long begun = Stopwatch.GetTimestamp();
        using PeriodicTimer pause = new(TimeSpan.FromMilliseconds(10), TimeProvider.System);
        while (Last is not { } status || !holds(status))
        {
            Assert.True(Stopwatch.GetElapsedTime(begun) < patience, $"{Id}: not within {patience.TotalSeconds} s: {what}. Last seen: {Last}");
            if (_watching.IsFaulted)
            {
                await _watching;
            }

            await pause.WaitForNextTickAsync(_cancellationToken);
        }
    }

    /// <summary>Waits for the end and compares it with all that was seen before.</summary>
    internal async Task<ConcurrentWorkflowResults<TrailState>> EndAsync(TimeSpan patience)
    {
        try
        {
            await Task.WhenAll(_watching, _streaming).WaitAsync(patience, TimeProvider.System, _cancellationToken);
        }
        catch (TimeoutException)
        {
            throw new TimeoutException($"{Id} did not end within {patience.TotalSeconds} s. Last seen: {Last}; {Streamed} results were streamed.");
        }

        ConcurrentWorkflowResults<TrailState> results = await _run.WaitAsync(_cancellationToken);
        Check(results, await _run.GetStatusAsync(_cancellationToken));
        return results;
    }

    /// <summary>Compares what can be read now with all that was seen before.</summary>
    internal void Check(ConcurrentWorkflowResults<TrailState> results, BatchStatus status)
    {
        Assert.Equal(results.Total, results.Completed + results.Failed + results.Cancelled);
        Assert.Equal(results.Total, results.Results.Select(result => result.Id).Distinct().Count());
        Assert.Equal(results.Completed, results.SuccessfulResults().Count);
        Assert.Equal(results.Failed, results.FailedResults().Count);
        Assert.Equal((results.Completed, results.Failed, results.Cancelled), (status.Completed, status.Failed, status.Cancelled));
        Assert.Equal(_last!.StopReason, status.StopReason);
        Assert.Equal(_last.StoppedAt, status.StoppedAt);
        Assert.Equal(_streamed.Count, results.Total);
        foreach (WorkflowResult<TrailState> result in results.Results)
        {
            Assert.Equal($"{Id} {Text(_streamed[result.Id])}", $"{Id} {Text(result)}");
        }
    }

    private async Task WatchAsync()
    {
        BatchStatus? before = null;
        await foreach (BatchStatus status in _run.WatchAsync(_cancellationToken))
        {
            CheckAfter(before, status);
            before = status;
            Volatile.Write(ref _last, status);
        }
    }

    private void CheckAfter(BatchStatus? before, BatchStatus now)
    {
        Assert.True(now.Pending >= 0 && now.Running >= 0 && now.Pending + now.Running + now.Completed + now.Failed + now.Cancelled == now.Total, $"{Id}: does not add up: {now}");
        if (before is not null)
        {
            Assert.True(
                now.Completed >= before.Completed && now.Failed >= before.Failed && now.Cancelled >= before.Cancelled && now.Phase >= before.Phase,
                $"{Id}: something was taken back. Before: {before}. After: {now}");
            Assert.True(before.StopReason is null || (before.StopReason, before.StoppedAt, before.DecidedBy) == (now.StopReason, now.StoppedAt, now.DecidedBy), $"{Id}: the stop changed. Before: {before}. After: {now}");
            Assert.Equal((before.StartedAt, before.Deadline), (now.StartedAt, now.Deadline));
        }
    }

    private async Task StreamAsync()
    {
        await foreach (WorkflowResult<TrailState> result in _run.StreamResultsAsync(_cancellationToken))
        {
            lock (_streamed)
            {
                Assert.True(_streamed.TryAdd(result.Id, result), $"{Id}/{result.Id} was streamed twice.");
            }
        }
    }

    private static string Text(WorkflowResult<TrailState> result) =>
        $"{result.Id} {result.Outcome} {result.FinalState} {result.Error?.Kind} {result.Error?.Message} {result.CancelReason} {result.StartedAt:O} {result.FinishedAt:O} {result.GetOutput<int>()}";
}
