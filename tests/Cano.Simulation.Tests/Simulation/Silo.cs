using Microsoft.Extensions.Options;

namespace Cano;

/// <summary>A process: its slots and all that is active on it die together.</summary>
internal sealed class Silo(int number, Scenario scenario)
{
    internal int Number => number;

    internal InstanceSlots Slots { get; } =
        new(Options.Create(new CanoOptions { MaxRunningInstances = scenario.SlotLimit, ReservedPerBatch = scenario.Reserved }));
}
