using System.Diagnostics.Metrics;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;

namespace Cano.Tests.Telemetry;

/// <summary>What partitions say of instances that no silo can run, added up.</summary>
public sealed class UnplaceableTallyTests
{
    [Fact]
    public void Set_SeveralPartitionsAndWorkflows_AddsUpWhatEachSaidLast()
    {
        UnplaceableTally tally = new();
        tally.Set("a/0", "x", 5);
        tally.Set("a/0", "y", 1);
        tally.Set("a/1", "x", 2);
        Assert.Equal([("x", 7), ("y", 1)], tally.ByWorkflow());

        tally.Set("a/0", "x", 3);
        tally.Set("a/0", "y", 0);
        Assert.Equal([("x", 5)], tally.ByWorkflow());

        tally.Remove("a/1");
        tally.Remove("never seen");
        Assert.Equal(3, tally.Count);

        tally.Remove("a/0");
        Assert.Empty(tally.ByWorkflow());
        Assert.Equal(0, tally.Count);
    }

    [Fact]
    public void Metric_InstancesWait_IsTheirNumberAndThereFromTheStart()
    {
        using ServiceProvider services = new ServiceCollection().AddMetrics().BuildServiceProvider();
        IMeterFactory meters = services.GetRequiredService<IMeterFactory>();
        List<int> seen = [];
        using MeterListener listener = new();
        listener.InstrumentPublished = (instrument, all) =>
        {
            if (instrument.Meter.Scope == meters && instrument.Name == "cano.instance.unplaceable")
            {
                all.EnableMeasurementEvents(instrument);
            }
        };
        listener.SetMeasurementEventCallback<int>((_, value, _, _) => seen.Add(value));
        listener.Start();
        UnplaceableTally tally = new();
        _ = new CanoMetrics(meters, new(Options.Create(new CanoOptions())), new(), tally);

        listener.RecordObservableInstruments();
        tally.Set("a/0", "x", 5);
        tally.Set("a/1", "y", 2);
        listener.RecordObservableInstruments();
        tally.Remove("a/0");
        listener.RecordObservableInstruments();

        Assert.Equal([0, 7, 2], seen);
    }
}
