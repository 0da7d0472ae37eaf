using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Options;

namespace Cano;

/// <summary>All that one schedule is made of.</summary>
internal sealed class World
{
    private const int NoisySteps = 2_500;
    private const int QuietSteps = 25_000;
    private const int StepsAfterwards = 60;

    private static readonly IOptions<CanoOptions> s_options = Options.Create(new CanoOptions());
    private static readonly ServiceProvider s_services = new ServiceCollection().BuildServiceProvider();
    private static readonly BatchRules s_rules = new(new WorkflowRegistry([Scenario.Workflow], s_services, TimeProvider.System, s_options), s_options);

    internal World(int seed, Breach breach, bool traced)
    {
        Breach = breach;
        Scheduler = new(seed, traced);
        Scenario = new(Scheduler.Random);
        Faults = new(Scheduler, Scenario.FaultBudget, Scenario.FaultRate) { Armed = !Scenario.SparesStart };
        Watcher = new(this);
        Storage = new(Scheduler, Faults, breach, Watcher.Landed);
        Directory = new(this);
        Instances = new(this);
        Network = new(this);
        Clients = new(this);
    }

    internal Breach Breach { get; }

    internal Scenario Scenario { get; }

    internal SimulationScheduler Scheduler { get; }

    internal Faults Faults { get; }

    internal Watcher Watcher { get; }

    internal SimulatedStorage Storage { get; }

    internal ActivationDirectory Directory { get; }

    internal SimulatedInstances Instances { get; }

    internal Network Network { get; }

    internal Clients Clients { get; }

    internal BatchRules Rules { get; } = s_rules;

    private int _incarnations;

    internal string NewIncarnation() => $"incarnation-{++_incarnations}";

    internal NullLogger Logger { get; } = NullLogger.Instance;

    internal BatchEntry? Entry { get; set; }

    /// <summary>How many exchanges of one batch activation with one partition were under way at most.</summary>
    internal int MostExchanges { get; set; }

    /// <summary>Lets the schedule happen, to its end or to the first violation.</summary>
    /// <returns>The violation; null if there was none.</returns>
    internal string? Run()
    {
        Scheduler.Note(Scenario.ToString());
        Clients.Start();
        ScheduleRecovery();
        for (int step = 0; step < NoisySteps + QuietSteps && !Clients.AreDone; step++)
        {
            if (step == NoisySteps)
            {
                Faults.BeQuiet();
            }

            if (Faults.Strikes())
            {
                Strike();
            }

            if (!Scheduler.Step())
            {
                Watcher.Violate("Nothing can happen any more, and the batch has not ended.");
            }

            if (Watcher.Violation is { } violation)
            {
                return violation;
            }
        }

        if (!Clients.AreDone)
        {
            return $"The batch has not ended {QuietSteps} steps after the last fault.";
        }

        for (int step = 0; step < StepsAfterwards && Watcher.Violation is null && Scheduler.Step(); step++)
        {
            // What comes late must change nothing.
        }

        foreach (string id in Instances.Uncancelled)
        {
            Watcher.StillRuns(id);
        }

        if (MostExchanges > (Faults.Any ? 40 : 8))
        {
            Watcher.Violate($"{MostExchanges} exchanges with one partition at once.");
        }

        return Watcher.Violation;
    }

    private void Strike()
    {
        switch (Scheduler.Random.Next(10))
        {
            case 0:
                Directory.KillSilo();
                break;
            case 1 or 2:
                Directory.Deactivate();
                break;
            case >= 6:
                Directory.Double();
                break;
            case 5:
                Instances.Double();
                break;
            default:
                TimeSpan by = TimeSpan.FromMilliseconds(Scheduler.Random.Next(3) switch { 0 => 50, 1 => 5_000, _ => 100_000 });
                Scheduler.Note($"!! the time jumps by {by}");
                Scheduler.Time.Jump(by);
                break;
        }
    }

    /// <summary>What looks for batches that nobody drives.</summary>
    private void ScheduleRecovery() => Scheduler.After(TimeSpan.FromSeconds(3), "recovery", () =>
    {
        if (!Clients.AreDone)
        {
            if (Watcher.State is { FinishedAt: null } && !Directory.IsActive(Scenario.BatchId))
            {
                _ = Network.CallAsync(Scenario.BatchId, "resume", (activation, _) => ((BatchActivation)activation).Batch.ResumeAsync());
            }

            ScheduleRecovery();
        }
    });
}
