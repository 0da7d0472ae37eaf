using System.Diagnostics.Metrics;

namespace Cano;

/// <summary>What storage counts, on the meter <c>Cano</c>.</summary>
internal sealed class StorageMetrics
{
    private readonly Counter<long> _writes;
    private readonly Counter<long> _written;
    private readonly Counter<long> _commits;

    public StorageMetrics(IMeterFactory meters)
    {
        Meter meter = meters.Create(TelemetryNames.Source);
        _writes = meter.CreateCounter<long>("cano.storage.writes", "{write}", "Grain states that were written or cleared, durably.");
        _written = meter.CreateCounter<long>("cano.storage.written", "By", "Bytes of the grain states that were written, durably.");
        _commits = meter.CreateCounter<long>("cano.storage.commits", "{commit}", "Transactions that were committed; one holds several writes.");
    }

    internal void Wrote(long bytes)
    {
        _writes.Add(1);
        _written.Add(bytes);
    }

    internal void Committed() => _commits.Add(1);
}
