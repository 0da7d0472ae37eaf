using System.Diagnostics.Metrics;
using System.Reflection;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;

namespace Cano.Contracts.Tests.Telemetry;

/// <summary>What docs/telemetry.md lists is what there is: dashboards and alerts are made from it.</summary>
public sealed class TelemetryPageTests
{
    private static readonly string[][] s_rows =
    [
        .. File.ReadLines(Path.Combine(AppContext.BaseDirectory, "telemetry.md"))
            .Where(line => line.StartsWith("| `cano.", StringComparison.Ordinal))
            .Select(line => line.Trim('|', ' ').Split(" | ")),
    ];

    [Fact]
    public void Instruments_AllAndNoOthers_AreOnThePageWithTypeAndUnit() => Assert.Equal(
        Instruments().Select(one => $"{one.Name} {TypeOf(one)} {one.Unit}").Order(StringComparer.Ordinal),
        s_rows.Where(row => row.Length == 5).Select(row => $"{row[0].Trim('`')} {row[1]} {row[2].Trim('`')}").Order(StringComparer.Ordinal));

    [Fact]
    public void Instruments_TheirNamesAndUnits_AreAsOpenTelemetryWantsThem() => Assert.All(Instruments(), one =>
    {
        Assert.Matches("^cano(\\.[a-z][a-z_]*)+$", one.Name);
        Assert.Matches("^(s|By|\\{[a-z]+\\})$", one.Unit!);
        Assert.False(string.IsNullOrEmpty(one.Description), $"{one.Name} has no description.");
    });

    /// <summary>A name can't be a metric and the space that others are in.</summary>
    [Fact]
    public void Instruments_NoName_IsTheBeginningOfAnother()
    {
        string[] names = [.. Instruments().Select(one => one.Name)];

        Assert.DoesNotContain(names, name => names.Any(other => other.StartsWith($"{name}.", StringComparison.Ordinal)));
    }

    [Fact]
    public void Spans_AllAndNoOthers_AreOnThePage() => Assert.Equal(
        typeof(Spans).GetFields(BindingFlags.Static | BindingFlags.NonPublic).Where(field => field.IsLiteral).Select(field => (string)field.GetRawConstantValue()!),
        s_rows.Where(row => row.Length == 4).Select(row => row[0].Trim('`')));

    private static List<Instrument> Instruments()
    {
        using ServiceProvider services = new ServiceCollection().AddMetrics().BuildServiceProvider();
        IMeterFactory meters = services.GetRequiredService<IMeterFactory>();
        List<Instrument> instruments = [];
        using MeterListener listener = new();
        listener.InstrumentPublished = (instrument, _) =>
        {
            if (instrument.Meter.Scope == meters)
            {
                instruments.Add(instrument);
            }
        };
        listener.Start();

        _ = new CanoMetrics(meters, new(Options.Create(new CanoOptions())), new(), new());
        _ = new StorageMetrics(meters);

        Assert.Equal([TelemetryNames.Source], instruments.Select(one => one.Meter.Name).Distinct());
        return instruments;
    }

    private static string TypeOf(Instrument instrument) => instrument.GetType().Name.Split('`')[0] switch
    {
        "Counter" => "counter",
        "Histogram" => "histogram",
        "ObservableUpDownCounter" => "up-down counter",
        var other => $"unknown: {other}",
    };
}
