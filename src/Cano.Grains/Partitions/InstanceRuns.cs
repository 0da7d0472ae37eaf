namespace Cano;

/// <summary>
/// The runs of a partition's instances: takes slots, asks each until it has an outcome, and stops them. Which may run is the <see
/// cref="PartitionState"/>'s to say.
/// </summary>
#pragma warning disable CA1001 // The token source has no timer and is signalled at the end: there is nothing to dispose of.
internal sealed class InstanceRuns
#pragma warning restore CA1001
{
    /// <summary>Starts per turn of the grain, so that other calls to it get theirs.</summary>
    private const int StartsPerTurn = 64;

    private readonly string _batchId;
    private readonly PartitionState _state;
    private readonly Func<Task<PartitionSpec>> _readSpec;
    private readonly PartitionServices _services;
    private readonly Dictionary<int, InstanceSlots.Slot> _slots = [];
    private readonly UnplaceableInstances _unplaceable;
    private readonly RunRequests _requests;
    private readonly CancellationTokenSource _over = new();
    private PartitionSpec? _spec;
    private string? _traceParent;
    private string? _baggage;
    private bool _starting;
    private bool _watching;
    private bool _stopped;

    /// <summary>Makes the runs; nothing runs before <see cref="Start(string?, string?)"/>.</summary>
    /// <param name="key">The partition's key.</param>
    /// <param name="state">Which may run, and what became of them.</param>
    /// <param name="readSpec">Reads the instances as they were submitted.</param>
    /// <param name="services">What all partitions of a silo use.</param>
    internal InstanceRuns(string key, PartitionState state, Func<Task<PartitionSpec>> readSpec, PartitionServices services)
    {
        _batchId = GrainKeys.BatchOf(key);
        _unplaceable = new(key, state, services);
        _requests = new(_batchId, services, () => IsOver);
        _state = state;
        _readSpec = readSpec;
        _services = services;
    }

    /// <summary>Called after each change of the state.</summary>
    internal required Action Changed { get; init; }

    /// <summary>Called when something fails that no repetition mends: the activation must end.</summary>
    internal required Action<Exception> Failed { get; init; }

    /// <summary>Starts instances, as many as the window and the silo's slots allow.</summary>
    /// <param name="traceParent">The span that theirs hang below; null: they have none.</param>
    /// <param name="baggage">The baggage of their spans; null: none.</param>
    internal void Start(string? traceParent, string? baggage = null)
    {
        _traceParent = traceParent;
        _baggage = baggage;
        StartMore();
    }

    /// <summary>
    /// Stops every run of the batch that may be under way, and gives the slots back. On this silo that is done when this returns; where
    /// runs may be on others, the state is told once those have answered or are gone.
    /// </summary>
    internal void Stop()
    {
        Abandon();
        _services.Instances.StopHere(_batchId, _state.Incarnation);
        _state.Paths.AddStopped(_state.Window, id => _services.Instances.TakePath(_batchId, _state.Incarnation, id));
        if (_state.IsInherited || _state.Durable.Names.Workflows.Any(workflow => !_services.Instances.CanRunHere(workflow)))
        {
            _ = Supervised.RunAsync(StopElsewhereAsync, Failed);
        }
        else
        {
            _state.RunsStopped();
        }
    }

    /// <summary>Starts nothing more and gives the slots back; the runs go on.</summary>
    internal void Abandon()
    {
        _stopped = true;
        _spec = null;
        _over.Cancel();
        _unplaceable.Forget();
        foreach (InstanceSlots.Slot slot in _slots.Values)
        {
            slot.Dispose();
        }

        _slots.Clear();
        _state.Window.Close();
    }

    /// <summary>Outcomes are durable: slots that were kept for them are given back, and what was saved of the runs is removed.</summary>
    internal void Committed(List<ReadyOutcome> outcomes)
    {
        foreach (ReadyOutcome outcome in outcomes)
        {
            if (_slots.Remove(outcome.Index, out InstanceSlots.Slot? kept))
            {
                kept.Dispose();
            }

            if (outcome.Checkpointed)
            {
                _ = ForgetAsync(_state.Durable.Names.Id(outcome.Index));
            }
        }
    }

    /// <summary>Nothing more is asked: the partition has stopped, or the silo stops and the next activation asks.</summary>
    private bool IsOver => _stopped || _services.Slots.IsClosed;

    /// <summary>The next instance to start that some silo can run; -1 if there is none. Those that no silo can run are set aside.</summary>
    private int NextPlaceable()
    {
        while (!_stopped && _state.Window.Next is >= 0 and var next)
        {
            if (_services.Instances.CanRun(_state.Durable.Names.Workflow(next)))
            {
                return next;
            }

            SetAside(next);
        }

        return -1;
    }

    private int PlaceOf(int index) => _state.Durable.FirstOrdinal + index;

    private void StartMore()
    {
        if (!_starting && NextPlaceable() >= 0)
        {
            _starting = true;
            _ = Supervised.RunAsync(StartWhilePossibleAsync, Failed);
        }
    }

    private async Task StartWhilePossibleAsync()
    {
        for (int started = 1; NextPlaceable() is >= 0 and var next; started++)
        {
            InstanceSlots.Slot slot;
            try
            {
                slot = await _services.Slots.AcquireAsync(_batchId, PlaceOf(next), _over.Token);
            }
            catch (OperationCanceledException) when (_stopped)
            {
                return;
            }

            PartitionSpec spec = _spec ??= await _readSpec();
            if (IsOver || NextPlaceable() is not (>= 0 and var index))
            {
                slot.Dispose();
                break;
            }

            Start(index, spec, slot);
            if (started % StartsPerTurn == 0)
            {
                await Task.Yield();
            }
        }

        _starting = false;
        if (_state.Window.IsAllTaken)
        {
            // The runs hold what they need: the params of a large partition do not stay in memory until its last instance has ended.
            _spec = null;
        }
    }

    private void Start(int index, PartitionSpec spec, InstanceSlots.Slot slot)
    {
        _slots[index] = slot;
        _state.Started(index, _services.Clock.GetUtcNow(), _services.Elapsed);
        InstanceRun run = new(spec.Instances[index], spec.Store, _state.IsInherited)
        {
            TraceParent = _traceParent,
            Baggage = _baggage,
            KeepPath = _state.Durable.Names.IsSampled(index),
            KeepStack = _state.Paths.MayKeepStack(index),
            Incarnation = _state.Incarnation,
            Deadline = _state.Deadline,
        };
        _ = RunAsync(index, run, slot);
        Changed();
    }

    /// <summary>
    /// Never fails. It is made for each instance, so it has its last handler itself: <see cref="Supervised"/> would cost three objects.
    /// </summary>
    private async Task RunAsync(int index, InstanceRun run, InstanceSlots.Slot slot)
    {
        try
        {
            TakeReply(index, await _requests.RunAsync(run), slot);
        }
        catch (Exception exception)
        {
            Failed(exception);
        }
    }

    private void TakeReply(int index, InstanceReply? reply, InstanceSlots.Slot slot)
    {
        if (_stopped)
        {
            return;
        }

        if (reply is null)
        {
            if (!IsOver)
            {
                SetAside(index);
            }

            _slots.Remove(index);
            slot.Dispose();
            return;
        }

        _state.OutcomeCame(index, reply, _services.Clock.GetUtcNow(), _services.Elapsed);
        bool keepsSlot = _state.IsCongested;
        Changed();
        if (keepsSlot)
        {
            StartMore();
            return;
        }

        _slots.Remove(index);
        if (_spec is { } spec && NextPlaceable() is >= 0 and var next && slot.MayPassTo(PlaceOf(next)))
        {
            Start(next, spec, slot);
            return;
        }

        slot.Dispose();
        StartMore();
    }

    private void SetAside(int index)
    {
        _unplaceable.SetAside(index);
        Changed();
        if (!_watching)
        {
            _watching = true;
            _ = Supervised.RunAsync(LookForSilosAsync, Failed);
        }
    }

    private async Task LookForSilosAsync()
    {
        while (!IsOver && await _unplaceable.WaitForSilosAsync(_over.Token) && !IsOver)
        {
            StartMore();
            Changed();
        }

        _watching = false;
    }

    private async Task StopElsewhereAsync()
    {
        await _services.Instances.StopEverywhereAsync(_batchId, _state.Incarnation);
        _state.RunsStopped();
        Changed();
    }

    private async Task ForgetAsync(string instanceId)
    {
        try
        {
            await _services.Instances.ForgetAsync(_batchId, _state.Incarnation, instanceId);
        }
        catch (Exception exception) when (exception is not OutOfMemoryException)
        {
            // A checkpoint that stays costs its bytes until the batch is purged, and nothing else: no run reads it any more.
            _services.Logger.CheckpointNotRemoved(exception, _batchId, instanceId);
        }
    }
}
