using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using Orleans.Storage;

namespace Cano;

/// <summary>The one place of a silo where nodes run: on threads of their own.</summary>
internal sealed class InstanceRunner(
    WorkflowRegistry workflows,
    NodeScheduler scheduler,
    InstanceSlots slots,
    IGrainFactory grains,
    [FromKeyedServices(SiloStorage.ProviderName)] IGrainStorage storage,
    IOptions<CanoOptions> options,
    ILogger<WorkflowGrain> logger)
{
    /// <summary>The longest that a single activation which must go lets its node run on: Orleans gives up after 30 s.</summary>
    private static readonly TimeSpan s_longestGrace = TimeSpan.FromSeconds(15);

    private readonly TimeSpan _grace = options.Value.HandOverGrace;
    private int _underWay;

    /// <summary>How many runs are under way here that somebody waits for; those given up are not counted.</summary>
    internal int UnderWay => Volatile.Read(ref _underWay) - slots.GivenUp;

    /// <summary>True once the silo stops: nothing is begun here any more.</summary>
    internal bool IsClosed => slots.IsClosed;

    /// <summary>How long a node may run on whose activation must go. When the silo stops, it has had its time before its activation is told.</summary>
    internal TimeSpan Grace => slots.IsClosed ? TimeSpan.Zero : _grace < s_longestGrace ? _grace : s_longestGrace;

    /// <summary>Where an instance's progress is saved.</summary>
    internal CheckpointRow CheckpointsOf(string key) => new(storage, key, slots);

    /// <summary>A run begins; <see cref="End"/> follows.</summary>
    internal void Begin() => Interlocked.Increment(ref _underWay);

    internal void End() => Interlocked.Decrement(ref _underWay);

    /// <summary>Runs an instance.</summary>
    /// <param name="key">The key of the instance's grain.</param>
    /// <param name="run">The instance.</param>
    /// <param name="resume">Where it goes on; null: from the start.</param>
    /// <param name="checkpoints">Where its progress is saved.</param>
    /// <param name="cancellationToken">Cancels it.</param>
    /// <exception cref="WorkflowNotRegisteredException">This silo does not know its workflow.</exception>
    internal Task<InstanceOutcome> RunAsync(string key, InstanceRun run, Checkpoint? resume, ICheckpointSink checkpoints, CancellationToken cancellationToken)
    {
        if (!workflows.TryGet(run.Instance.Workflow, out IWorkflowProgram? program))
        {
            throw new WorkflowNotRegisteredException(run.Instance.Workflow, workflows.Names);
        }

        string batchId = GrainKeys.BatchOf(key);
        InstanceExecution execution = new()
        {
            BatchId = batchId,
            InstanceId = run.Instance.Id,
            Params = run.Instance.Params,
            Store = run.Store,
            SharedStore = new SharedStore(grains, batchId, run.Incarnation),
            Resume = resume,
            Checkpoints = checkpoints,
            KeepPath = run.KeepPath,
        };
        return run.TraceParent is { } parent
            ? RunTracedAsync(parent, program, execution, cancellationToken)
            : scheduler.RunAsync(() => program.RunAsync(execution, cancellationToken).AsTask());
    }

    // A method of its own, so that a run without a span makes no room for its parent.
    private Task<InstanceOutcome> RunTracedAsync(string parent, IWorkflowProgram program, InstanceExecution execution, CancellationToken cancellationToken) =>
        scheduler.RunAsync(() => InstanceSpan.AroundAsync(parent, program, execution, cancellationToken));

    /// <summary>Counts a run that goes on though it was cancelled, until it ends.</summary>
    internal void GiveUp(Task run)
    {
        slots.RunGivenUp();
        _ = run.ContinueWith(_ => slots.GivenUpRunEnded(), CancellationToken.None, TaskContinuationOptions.ExecuteSynchronously, TaskScheduler.Default);
    }

    /// <summary>Signals a token where nodes run, so that callbacks which block or throw harm nobody else.</summary>
    internal void Cancel(CancellationTokenSource cancellation, string key) => _ = Task.Factory.StartNew(
        () =>
        {
            try
            {
                cancellation.Cancel();
            }
            catch (AggregateException exception)
            {
                logger.CancelCallbackThrew(exception, key);
            }
        },
        CancellationToken.None,
        TaskCreationOptions.DenyChildAttach,
        scheduler);
}
