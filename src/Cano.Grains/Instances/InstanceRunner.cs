using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;
using Orleans.Storage;

namespace Cano;

/// <summary>The one place of a silo where nodes run: on threads of their own.</summary>
internal sealed class InstanceRunner(
    WorkflowRegistry workflows,
    NodeScheduler scheduler,
    InstanceSlots slots,
    RunControls controls,
    IGrainFactory grains,
    SharedUpdates updates,
    [FromKeyedServices(SiloStorage.ProviderName)] IGrainStorage storage,
    IOptions<CanoOptions> options)
{
    /// <summary>The longest that a single activation which must go lets its node run on: Orleans gives up after 30 s.</summary>
    private static readonly TimeSpan s_longestGrace = TimeSpan.FromSeconds(15);

    private readonly TimeSpan _grace = options.Value.HandOverGrace;
    private int _underWay;

    /// <summary>How many runs are under way here that somebody waits for; those given up are not counted.</summary>
    internal int UnderWay => Volatile.Read(ref _underWay) - slots.GivenUp;

    /// <summary>True once the silo stops: nothing is begun here any more.</summary>
    internal bool IsClosed => slots.IsClosed;

    /// <summary>
    /// How long a node may run on whose activation must go. When the silo stops, it has had its time before its activation is told.
    /// </summary>
    internal TimeSpan Grace => slots.IsClosed ? TimeSpan.Zero : _grace < s_longestGrace ? _grace : s_longestGrace;

    /// <summary>Where an instance's progress is saved.</summary>
    internal CheckpointRow CheckpointsOf(string key) => new(storage, key, slots);

    /// <summary>A run begins; <see cref="End"/> follows.</summary>
    /// <param name="key">The key of the instance's grain.</param>
    /// <param name="run">The instance.</param>
    internal RunControl Begin(string key, InstanceRun run)
    {
        Interlocked.Increment(ref _underWay);
        return controls.Begin(GrainKeys.BatchOf(key), run);
    }

    internal void End(RunControl control)
    {
        controls.End(control);
        Interlocked.Decrement(ref _underWay);
    }

    /// <summary>Stops a run: it begins no attempt any more, and its token is signalled.</summary>
    internal void Stop(RunControl control) => controls.Stop(control);

    /// <summary>Runs an instance.</summary>
    /// <param name="run">The instance.</param>
    /// <param name="resume">Where it goes on; null: from the start.</param>
    /// <param name="checkpoints">Where its progress is saved.</param>
    /// <param name="control">What <see cref="Begin"/> returned.</param>
    /// <exception cref="WorkflowNotRegisteredException">This silo does not know its workflow.</exception>
    internal Task<InstanceOutcome> RunAsync(InstanceRun run, Checkpoint? resume, ICheckpointSink checkpoints, RunControl control)
    {
        if (!workflows.TryGet(run.Instance.Workflow, out IWorkflowProgram? program))
        {
            throw new WorkflowNotRegisteredException(run.Instance.Workflow, workflows.Names);
        }

        string batchId = control.Batch.Key.BatchId;
        InstanceExecution execution = new()
        {
            BatchId = batchId,
            InstanceId = run.Instance.Id,
            Params = run.Instance.Params,
            Store = run.Store,
            SharedStore = new SharedStore(grains, updates, batchId, run.Incarnation),
            Resume = resume,
            Checkpoints = checkpoints,
            KeepPath = run.KeepPath,
            KeepStack = run.KeepStack,
            Control = control,
        };
        return run.TraceParent is { } parent
            ? RunTracedAsync(parent, run.Baggage, program, execution, control)
            : scheduler.RunAsync(() => program.RunAsync(execution, control.Token).AsTask());
    }

    // A method of its own, so that a run without a span makes no room for its parent.
    private Task<InstanceOutcome> RunTracedAsync(
        string parent, string? baggage, IWorkflowProgram program, InstanceExecution execution, RunControl control) =>
        scheduler.RunAsync(() => InstanceSpan.AroundAsync(parent, baggage, program, execution, control.Token));

    /// <summary>Counts a run that goes on though it was cancelled, until it ends.</summary>
    internal void GiveUp(RunControl control) => controls.GiveUp(control);
}
