using System.Collections.Concurrent;
using System.Diagnostics;

namespace Cano.Telemetry;

/// <summary>
/// The spans of one trace, and all that was asked for in it. It samples as a program would that samples by the parent: other tests of the process, which have none, are left alone.
/// </summary>
internal sealed class SpanRecorder : IDisposable
{
    private readonly ActivitySource _tests = new("Cano.Tests");
    private readonly ActivityListener _listener;
    private readonly ConcurrentQueue<Activity> _ended = new();
    private readonly ConcurrentQueue<string> _asked = new();
    private readonly bool _sampled;

    internal SpanRecorder(bool sampled)
    {
        _sampled = sampled;
        _listener = new()
        {
            ShouldListenTo = source => source == _tests || source.Name == TelemetryNames.Source,
            Sample = (ref ActivityCreationOptions<ActivityContext> options) => Sample(options),
            ActivityStopped = activity =>
            {
                if (activity.TraceId == Test?.TraceId)
                {
                    _ended.Enqueue(activity);
                }
            },
        };
        ActivitySource.AddActivityListener(_listener);
        Test = _tests.StartActivity("test")!;
    }

    /// <summary>The caller's own span.</summary>
    internal Activity Test { get; }

    /// <summary>The names of all spans that somebody wanted to make.</summary>
    internal IReadOnlyCollection<string> Asked => _asked;

    internal IReadOnlyList<Activity> Ended(string name) => [.. _ended.Where(span => span.OperationName == name)];

    public void Dispose()
    {
        Test.Dispose();
        _listener.Dispose();
        _tests.Dispose();
    }

    private ActivitySamplingResult Sample(ActivityCreationOptions<ActivityContext> options)
    {
        if (options.Source == _tests)
        {
            return _sampled ? ActivitySamplingResult.AllDataAndRecorded : ActivitySamplingResult.PropagationData;
        }

        if (options.Parent.TraceId != default && options.Parent.TraceId == Test.TraceId)
        {
            _asked.Enqueue(options.Name);
        }

        return options.Parent.TraceFlags.HasFlag(ActivityTraceFlags.Recorded) ? ActivitySamplingResult.AllDataAndRecorded : ActivitySamplingResult.None;
    }
}
