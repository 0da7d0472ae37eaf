using System.Collections.Concurrent;
using System.Diagnostics.Metrics;
using Cano.Tests.Storage;
using Microsoft.Extensions.DependencyInjection;

namespace Cano.Tests.Telemetry;

/// <summary>An embedded silo sends nothing by itself; whoever listens in the user's process hears it.</summary>
public sealed class EmbeddedTelemetryTests
{
    [Fact]
    public async Task Embedded_AListenerOfTheProgram_HearsItsMeter()
    {
        ConcurrentBag<(Instrument Instrument, long Value)> heard = [];
        using MeterListener listener = new();
        listener.InstrumentPublished = (instrument, all) =>
        {
            if (instrument.Meter.Name == "Cano")
            {
                all.EnableMeasurementEvents(instrument);
            }
        };
        listener.SetMeasurementEventCallback<long>((instrument, value, _, _) => heard.Add((instrument, value)));
        listener.Start();
        using TemporaryFolder folder = new();
        await using EmbeddedCano cano = await CanoHost.StartEmbeddedAsync(new() { DataFolder = folder.Path }, cancellationToken: TestContext.Current.CancellationToken);
        ConcurrentWorkflow<SimulateState> batch = new(new ConcurrentTimeout.WaitForever());
        batch.AddInstances(Enumerable.Range(0, 5).Select(number => new ConcurrentWorkflowInstance<SimulateState, SimulateParams>($"i{number}", SimulateWorkflow.Key, new SimulateParams())));

        await batch.OrchestrateAsync(cano.Client, cancellationToken: TestContext.Current.CancellationToken);

        // Other silos of this process have meters of their own.
        IMeterFactory mine = cano.Services.GetRequiredService<IMeterFactory>();
        Assert.Equal(5, heard.Where(one => one.Instrument.Name == "cano.instance.finished" && one.Instrument.Meter.Scope == mine).Sum(one => one.Value));
        Assert.NotEqual(0, heard.Where(one => one.Instrument.Name == "cano.storage.written" && one.Instrument.Meter.Scope == mine).Sum(one => one.Value));
        Assert.DoesNotContain(cano.Services.GetServices<Microsoft.Extensions.Hosting.IHostedService>(), one => one.GetType().FullName!.StartsWith("OpenTelemetry", StringComparison.Ordinal));
    }
}
