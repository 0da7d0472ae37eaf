using System.Collections.Concurrent;
using System.Diagnostics.Metrics;

namespace Cano.Telemetry;

/// <summary>What some silos have measured on the meter <c>Cano</c> since this was made. Other clusters of the process are not heard.</summary>
internal sealed class Measurements : IDisposable
{
    private readonly MeterListener _listener = new();
    private readonly ConcurrentQueue<Measured> _all = new();

    internal Measurements(IEnumerable<IMeterFactory> silos)
    {
        HashSet<object> factories = [.. silos];
        _listener.InstrumentPublished = (instrument, listener) =>
        {
            if (instrument.Meter is { Name: TelemetryNames.Source, Scope: { } scope } && factories.Contains(scope))
            {
                listener.EnableMeasurementEvents(instrument);
            }
        };
        _listener.SetMeasurementEventCallback<long>((instrument, value, tags, _) => Take(instrument, value, tags));
        _listener.SetMeasurementEventCallback<int>((instrument, value, tags, _) => Take(instrument, value, tags));
        _listener.SetMeasurementEventCallback<double>((instrument, value, tags, _) => Take(instrument, value, tags));
        _listener.Start();
    }

    internal IReadOnlyCollection<Measured> All => _all;

    /// <summary>The sum of an instrument's values for each combination of tags: <c>TAGS SUM</c>, sorted.</summary>
    internal string[] Sums(string instrument) =>
    [
        .. _all.Where(one => one.Instrument == instrument).GroupBy(one => one.Tags).Select(group => $"{group.Key} {group.Sum(one => one.Value)}".TrimStart()).Order(StringComparer.Ordinal),
    ];

    internal int CountOf(string instrument) => _all.Count(one => one.Instrument == instrument);

    internal double SumOf(string instrument) => _all.Where(one => one.Instrument == instrument).Sum(one => one.Value);

    /// <summary>What an instrument shows now, over all silos.</summary>
    internal double Now(string instrument)
    {
        int before = _all.Count;
        _listener.RecordObservableInstruments();
        return _all.Skip(before).Where(one => one.Instrument == instrument).Sum(one => one.Value);
    }

    public void Dispose() => _listener.Dispose();

    private void Take(Instrument instrument, double value, ReadOnlySpan<KeyValuePair<string, object?>> tags) =>
        _all.Enqueue(new(instrument.Name, value, string.Join(' ', tags.ToArray().Select(tag => $"{tag.Key}={tag.Value}"))));

    /// <param name="Tags">As <c>NAME=VALUE NAME=VALUE</c>.</param>
    internal sealed record Measured(string Instrument, double Value, string Tags);
}
