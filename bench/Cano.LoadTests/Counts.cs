using System.Diagnostics.Metrics;

namespace Cano.LoadTests;

/// <summary>Listens to the counters of storage and of Orleans' messaging, of all silos in this process together.</summary>
internal sealed class Counts : IDisposable
{
    private readonly MeterListener _listener = new();
    private long _writes;
    private long _written;
    private long _commits;
    private long _messages;
    private long _largestWrite;
    private long _largestMessage;

    internal Counts()
    {
        _listener.InstrumentPublished = static (instrument, listener) =>
        {
            if (instrument.Name.StartsWith("cano.storage.", StringComparison.Ordinal) || instrument.Name == "orleans-messaging-sent-messages-size")
            {
                listener.EnableMeasurementEvents(instrument);
            }
        };
        _listener.SetMeasurementEventCallback<long>((instrument, value, _, _) => Storage(instrument.Name, value));
        _listener.SetMeasurementEventCallback<int>((_, value, _, _) =>
        {
            Interlocked.Increment(ref _messages);
            Raise(ref _largestMessage, value);
        });
        _listener.Start();
    }

    /// <summary>The largest row written since the start, in bytes.</summary>
    internal long LargestWrite => Interlocked.Read(ref _largestWrite);

    /// <summary>The largest message sent over a connection since the start, in bytes.</summary>
    internal long LargestMessage => Interlocked.Read(ref _largestMessage);

    internal Reading Read() => new(Interlocked.Read(ref _writes), Interlocked.Read(ref _written), Interlocked.Read(ref _commits), Interlocked.Read(ref _messages));

    public void Dispose() => _listener.Dispose();

    private void Storage(string name, long value)
    {
        switch (name)
        {
            case "cano.storage.writes":
                Interlocked.Add(ref _writes, value);
                break;
            case "cano.storage.written":
                Interlocked.Add(ref _written, value);
                Raise(ref _largestWrite, value);
                break;
            case "cano.storage.commits":
                Interlocked.Add(ref _commits, value);
                break;
        }
    }

    private static void Raise(ref long largest, long value)
    {
        long seen = Interlocked.Read(ref largest);
        while (value > seen && Interlocked.CompareExchange(ref largest, value, seen) is var now && now != seen)
        {
            seen = now;
        }
    }
}

/// <summary>What was counted since the start.</summary>
/// <param name="Writes">Rows that were written.</param>
/// <param name="Written">Bytes of rows that were written.</param>
/// <param name="Commits">Transactions.</param>
/// <param name="Messages">Messages sent over connections between silos.</param>
internal readonly record struct Reading(long Writes, long Written, long Commits, long Messages)
{
    public static Reading operator -(Reading after, Reading before) =>
        new(after.Writes - before.Writes, after.Written - before.Written, after.Commits - before.Commits, after.Messages - before.Messages);
}
