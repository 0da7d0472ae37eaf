using System.Diagnostics.Metrics;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;

namespace Cano;

/// <summary>A process: its slots and all that is active on it die together.</summary>
internal sealed class Silo(int number, Scenario scenario)
{
    /// <summary>Where all of them count; nobody listens.</summary>
    internal static readonly CanoMetrics UnheardMetrics = new(
        new ServiceCollection().AddMetrics().BuildServiceProvider().GetRequiredService<IMeterFactory>(), new(Options.Create(new CanoOptions())), new(), new());

    internal int Number => number;

    internal InstanceSlots Slots { get; } =
        new(Options.Create(new CanoOptions { MaxRunningInstances = scenario.SlotLimit, ReservedPerBatch = scenario.Reserved }));
}
