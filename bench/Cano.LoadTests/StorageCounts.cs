using System.Diagnostics.Metrics;

namespace Cano.LoadTests;

/// <summary>Listens to the storage's counters.</summary>
internal sealed class StorageCounts : IDisposable
{
    private readonly MeterListener _listener = new();
    private long _writes;
    private long _written;
    private long _commits;

    internal StorageCounts()
    {
        _listener.InstrumentPublished = static (instrument, listener) =>
        {
            if (instrument.Meter.Name == "Cano" && instrument.Name.StartsWith("cano.storage.", StringComparison.Ordinal))
            {
                listener.EnableMeasurementEvents(instrument);
            }
        };
        _listener.SetMeasurementEventCallback<long>((instrument, value, _, _) =>
        {
            switch (instrument.Name)
            {
                case "cano.storage.writes":
                    Interlocked.Add(ref _writes, value);
                    break;
                case "cano.storage.written":
                    Interlocked.Add(ref _written, value);
                    break;
                case "cano.storage.commits":
                    Interlocked.Add(ref _commits, value);
                    break;
            }
        });
        _listener.Start();
    }

    internal (long Writes, long Written, long Commits) Read() =>
        (Interlocked.Read(ref _writes), Interlocked.Read(ref _written), Interlocked.Read(ref _commits));

    public void Dispose() => _listener.Dispose();
}
