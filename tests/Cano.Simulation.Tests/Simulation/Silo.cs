using System.Diagnostics.Metrics;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;

namespace Cano;

/// <summary>A process: its slots and all that is active on it die together.</summary>
internal sealed class Silo
{
    /// <summary>Where all of them count; nobody listens.</summary>
    internal static readonly CanoMetrics UnheardMetrics = new(
        new ServiceCollection().AddMetrics().BuildServiceProvider().GetRequiredService<IMeterFactory>(), new(Options.Create(new CanoOptions())), new(), new());

    internal Silo(int number, World world)
    {
        Number = number;
        Clock = new SiloClock(world.Scheduler.Time, world.Scenario.ClockSkews[number]);
        Slots = new(Options.Create(new CanoOptions { MaxRunningInstances = world.Scenario.SlotLimit, ReservedPerBatch = world.Scenario.Reserved }));
        Partitions = new(
            new InstanceCalls(world, this),
            Slots,
            key => world.Breach == Breach.ReaderSharesRows && _shared.TryGetValue(key, out PartitionRows? known)
                ? known
                : _shared[key] = new PartitionRows(world.Storage.Grains, key, world.RowClock),
            new(),
            new(),
            batch => new BatchRow(world.Storage.Grains, batch, world.RowClock).ReadAsync(),
            Clock,
            world.Scheduler.Time,
            world.Scheduler.Random.NextDouble,
            UnheardMetrics,
            world.Logger);
    }

    private readonly Dictionary<string, PartitionRows> _shared = [];

    internal int Number { get; }

    internal InstanceSlots Slots { get; }

    /// <summary>This silo's clock, which may be minutes off.</summary>
    internal TimeProvider Clock { get; }

    internal PartitionServices Partitions { get; }
}
