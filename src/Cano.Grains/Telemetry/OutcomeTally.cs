using System.Diagnostics.Metrics;

namespace Cano;

/// <summary>
/// Counts outcomes that come one after the other, and tells the counter once for as long as they are alike: neighbours mostly are.
/// </summary>
internal struct OutcomeTally(Counter<long> counter)
{
    private string? _workflow;
    private string? _outcome;
    private long _count;

    internal void Count(string workflow, string outcome)
    {
        if (workflow != _workflow || outcome != _outcome)
        {
            Tell();
            _workflow = workflow;
            _outcome = outcome;
        }

        _count++;
    }

    /// <summary>Tells what was counted since the last time.</summary>
    internal void Tell()
    {
        if (_count > 0)
        {
            counter.Add(_count, new KeyValuePair<string, object?>(TelemetryNames.Workflow, _workflow), new KeyValuePair<string, object?>(TelemetryNames.Outcome, _outcome));
            _count = 0;
        }
    }
}
