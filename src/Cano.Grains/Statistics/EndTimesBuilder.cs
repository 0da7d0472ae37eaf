namespace Cano;

/// <summary>
/// Counts ends span by span. The spans grow so that there are never many: whatever is added, at most <see cref="MaxSpans"/>.
/// </summary>
internal sealed class EndTimesBuilder
{
    internal const int MaxSpans = 120;

    private readonly Dictionary<long, int[]> _spans = [];
    private long _width = TimeSpan.TicksPerMillisecond;
    private long _first = long.MaxValue;
    private long _last = long.MinValue;

    internal void Add(WorkflowOutcome outcome, long ticks) => Add(ticks / _width, outcome, 1);

    internal void Add(EndTimes times)
    {
        if (times.Width == 0)
        {
            return;
        }

        while (_width < times.Width)
        {
            Widen();
        }

        for (int span = 0; span < times.Completed.Length; span++)
        {
            long ticks = (times.First + span) * times.Width;
            Add(ticks / _width, WorkflowOutcome.Completed, times.Completed[span]);
            Add(ticks / _width, WorkflowOutcome.Failed, times.Failed[span]);
            Add(ticks / _width, WorkflowOutcome.Cancelled, times.Cancelled[span]);
        }
    }

    internal EndTimes Build()
    {
        if (_spans.Count == 0)
        {
            return EndTimes.None;
        }

        int[][] counts = [.. Enumerable.Range(0, (int)(_last - _first) + 1).Select(span => _spans.GetValueOrDefault(_first + span) ?? [0, 0, 0])];
        return new(_width, _first, CountsOf(WorkflowOutcome.Completed), CountsOf(WorkflowOutcome.Failed), CountsOf(WorkflowOutcome.Cancelled));

        int[] CountsOf(WorkflowOutcome outcome) => [.. counts.Select(count => count[Place(outcome)])];
    }

    private static int Place(WorkflowOutcome outcome) => outcome switch
    {
        WorkflowOutcome.Completed => 0,
        WorkflowOutcome.Failed => 1,
        _ => 2,
    };

    private void Add(long span, WorkflowOutcome outcome, int count)
    {
        if (count == 0)
        {
            return;
        }

        CountsAt(span)[Place(outcome)] += count;
        while (_last - _first >= MaxSpans)
        {
            Widen();
        }
    }

    private int[] CountsAt(long span)
    {
        if (!_spans.TryGetValue(span, out int[]? counts))
        {
            _spans.Add(span, counts = [0, 0, 0]);
            _first = Math.Min(_first, span);
            _last = Math.Max(_last, span);
        }

        return counts;
    }

    private void Widen()
    {
        _width *= 2;
        KeyValuePair<long, int[]>[] narrow = [.. _spans];
        _spans.Clear();
        _first = long.MaxValue;
        _last = long.MinValue;
        foreach ((long span, int[] counts) in narrow)
        {
            int[] wide = CountsAt(span / 2);
            for (int place = 0; place < counts.Length; place++)
            {
                wide[place] += counts[place];
            }
        }
    }
}
