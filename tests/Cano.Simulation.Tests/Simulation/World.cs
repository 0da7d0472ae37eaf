using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Options;

namespace Cano;

/// <summary>All that one schedule is made of.</summary>
internal sealed class World
{
    /// <summary>The first phase: faults strike.</summary>
    private const int MostNoisySteps = 2_500;

    /// <summary>A guard against steps that take no time.</summary>
    private const int MostQuietSteps = 80_000;

    private const int StepsAfterwards = 60;

    /// <summary>
    /// The second phase: from the last fault on, every batch ends in this time. It is the longest that one batch can need of the schedule's own making: patience of 10 minutes
    /// before a cancel, or 12 instances of 45 s each behind one slot, whose ask was lost each time (30 s); deadlines of one minute and a retention of five by clocks that differ by
    /// ten; pauses of 5 s between tries. For each batch of the schedule.
    /// </summary>
    private static readonly TimeSpan s_longestLife = TimeSpan.FromMinutes(45);

    /// <summary>After that time a batch that no one cancels, and that need not end, is let go.</summary>
    private static readonly TimeSpan s_endless = TimeSpan.FromMinutes(15);

    /// <summary>What was broken off has been cleaned up that long after the end of all batches.</summary>
    private static readonly TimeSpan s_longestCalm = TimeSpan.FromMinutes(45);

    private static readonly IOptions<CanoOptions> s_options = Options.Create(new CanoOptions());
    private static readonly ServiceProvider s_services = new ServiceCollection().BuildServiceProvider();
    private static readonly WorkflowRegistry s_workflows = new([Scenario.Workflow], s_services, TimeProvider.System, s_options);
    private static readonly BatchRules s_rules = new(s_workflows, s_options, new LocalParams(s_workflows));

    internal World(int seed, Breach breach, bool traced)
    {
        Breach = breach;
        Scheduler = new(seed, traced);
        Scenario = new(Scheduler.Random);
        Faults = new(Scheduler, Scenario.FaultBudget, Scenario.FaultRate) { Armed = !Scenario.SparesStart };
        Watcher = new(this);
        Storage = new(this);
        RowClock = new(Scheduler.Time);
        Recovery = new(this);
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

    internal RowClock RowClock { get; }

    internal Recovery Recovery { get; }

    /// <summary>The catalog: the entry of each digest.</summary>
    internal Dictionary<string, BatchEntry> Entries { get; } = [];

    /// <summary>Whether some silo has the instances' workflow.</summary>
    internal bool IsPlaceable => Scheduler.Elapsed >= Scenario.PlaceableAfter;

    /// <summary>How many exchanges of one batch activation with one partition were under way at most.</summary>
    internal int MostExchanges { get; set; }

    /// <summary>Lets the schedule happen, to its end or to the first violation.</summary>
    /// <returns>The violation; null if there was none.</returns>
    internal string? Run()
    {
        Scheduler.Note(Scenario.ToString());
        Clients.Start();
        Recovery.Schedule();
        int noisy = Scheduler.Random.Next(MostNoisySteps / 4, MostNoisySteps);
        for (int step = 0; step < noisy && !Clients.AreDone && Watcher.Violation is null; step++)
        {
            if (Faults.Strikes())
            {
                Strike();
            }

            Step();
        }

        Scheduler.Note("-- no faults any more");
        Faults.BeQuiet();
        if (!End())
        {
            return Watcher.Violation;
        }

        Calm();
        EndChecks.Run(this);
        return Watcher.Violation;
    }

    /// <summary>Liveness: with everything healed, all that clients wait for comes.</summary>
    /// <returns>False: it has not, and the rest of the checks would say nothing.</returns>
    private bool End()
    {
        TimeSpan healed = Scheduler.Elapsed;
        TimeSpan longest = Scenario.Lives.Length * s_longestLife;
        for (int step = 0; !Clients.AreDone && Watcher.Violation is null; step++)
        {
            TimeSpan passed = Scheduler.Elapsed - healed;
            if (passed > s_endless && Endless.Reason(this) is { } reason)
            {
                Scheduler.Note($"It does not end: {reason}");
                return false;
            }

            if (passed > s_endless && Faults.Doubled && Scenario.Lives.Length > 1)
            {
                Scheduler.Note("An activation that lived on has removed or started a batch; the one in the directory does not know, and stays for as long as it is asked.");
                return false;
            }

            if (passed > longest || step > MostQuietSteps)
            {
                Watcher.Violate($"The batch has not ended {passed} and {step} steps after the last fault, and could.");
                return false;
            }

            Step();
        }

        return Watcher.Violation is null;
    }

    /// <summary>What comes late must change nothing; what was broken off is cleaned up.</summary>
    private void Calm()
    {
        TimeSpan began = Scheduler.Elapsed;
        for (int step = 0; Watcher.Violation is null && (step < StepsAfterwards || Directory.HasOutdated || Recovery.HasWork); step++)
        {
            if (Scheduler.Elapsed - began > s_longestCalm || step > MostQuietSteps)
            {
                Watcher.Violate($"Something is still unfinished {Scheduler.Elapsed - began} after the end: {string.Join(", ", Entries.Values)}");
            }

            if (!Scheduler.Step())
            {
                return;
            }
        }
    }

    private void Step()
    {
        if (!Scheduler.Step())
        {
            Watcher.Violate("Nothing can happen any more, and the batch has not ended.");
        }
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
}
