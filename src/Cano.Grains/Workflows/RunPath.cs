namespace Cano;

/// <summary>
/// Notes the steps of a run as they end. Every run does, for any may fail: so a step costs one look at the clock and a place in an array,
/// and no text is made that is not there already, unless an attempt failed. A lock is taken only where another thread may ask for the path
/// of a run that goes on.
/// </summary>
internal sealed class RunPath
{
    /// <summary>A workflow with more states than this gets room as it needs it: it may end early.</summary>
    private const int FirstRoom = 8;

    private const int LastSteps = InstancePath.MaxSteps - InstancePath.FirstSteps;

    private readonly TimeProvider _clock;
    private readonly TimeSpan _before;
    private readonly bool _fromCheckpoint;
    private readonly long _begun;
    private readonly Lock? _gate;
    private Step[] _steps;
    private long _count;
    private long _entered;
    private string? _retried;
    private string? _state;
    private int _attempt;

    /// <summary>Begins to note; the run is in its first state.</summary>
    /// <param name="clock">What times are taken from.</param>
    /// <param name="nodes">How many states of the workflow have a node, which is how many steps most runs make.</param>
    /// <param name="resumedAfter">How long after its start the instance goes on from a checkpoint; null: it begins.</param>
    /// <param name="isShared">Whether <see cref="SoFar"/> may be called.</param>
    internal RunPath(TimeProvider clock, int nodes, TimeSpan? resumedAfter, bool isShared = false)
    {
        _clock = clock;
        _before = resumedAfter is { } before && before > TimeSpan.Zero ? before : TimeSpan.Zero;
        _fromCheckpoint = resumedAfter is not null;
        _begun = _entered = clock.GetTimestamp();
        _gate = isShared ? new() : null;
        _steps = new Step[Math.Min(nodes, FirstRoom)];
    }

    /// <summary>True: an attempt failed in the state that the run is in, and others were to follow.</summary>
    internal bool IsRetrying => _retried is not null;

    /// <summary>Time was spent between two states: the next begins now.</summary>
    internal void Enter() => _entered = _clock.GetTimestamp();

    /// <summary>An attempt of a state's node begins.</summary>
    internal void Begin(string state, int attempt)
    {
        _gate?.Enter();
        _state = state;
        _attempt = attempt;
        _gate?.Exit();
    }

    /// <summary>An attempt failed, and another is to follow.</summary>
    /// <param name="failure">The message of what it threw.</param>
    internal void Retry(string failure) => _retried = failure;

    /// <summary>The node of a state has ended.</summary>
    /// <param name="state">The state's name.</param>
    /// <param name="attempts">How many attempts it had.</param>
    /// <param name="last">The message of what the last attempt threw; null: it succeeded.</param>
    internal void Leave(string state, int attempts, string? last = null)
    {
        string? failure = attempts > 1 ? last ?? _retried : _retried;
        long left = _clock.GetTimestamp();
        _gate?.Enter();
        int place = PlaceOf(_count++);
        if (place == _steps.Length)
        {
            Array.Resize(ref _steps, Math.Min(InstancePath.MaxSteps, 2 * _steps.Length));
        }

        _steps[place] = new(state, _entered, left, attempts, Cut(failure));
        _entered = left;
        _retried = null;
        _state = null;
        _gate?.Exit();
    }

    /// <summary>What was noted; null if no node has run.</summary>
    internal InstancePath? ToPath() => _count == 0 ? null : new(Noted(room: 0), Math.Max(0, _count - InstancePath.MaxSteps), _fromCheckpoint);

    /// <summary>
    /// What was noted so far of a run that goes on, with the state that it is in as the last step; null if no node has begun. May be called
    /// by any thread.
    /// </summary>
    internal InstancePath? SoFar()
    {
        lock (_gate!)
        {
            if (_state is null)
            {
                return ToPath();
            }

            PathStep[] steps = Noted(room: 1);
            steps[^1] = StepOf(new(_state, _entered, _clock.GetTimestamp(), _attempt, Cut(_retried)));
            return new(steps, Math.Max(0, _count + 1 - InstancePath.MaxSteps), _fromCheckpoint);
        }
    }

    private static string? Cut(string? failure) => failure is null ? null : ErrorText.Bounded(failure, PathStep.MaxErrorBytes);

    /// <summary>The steps that are kept, with so much room at the end.</summary>
    private PathStep[] Noted(int room)
    {
        PathStep[] steps = new PathStep[(int)Math.Min(_count + room, InstancePath.MaxSteps)];
        long omitted = _count + room - steps.Length;
        for (int i = 0; i < steps.Length - room; i++)
        {
            steps[i] = StepOf(_steps[PlaceOf(i < InstancePath.FirstSteps ? i : omitted + i)]);
        }

        return steps;
    }

    private PathStep StepOf(in Step step)
    {
        TimeSpan entered = _before + _clock.GetElapsedTime(_begun, step.Entered);
        return new(step.State, entered.Ticks, _clock.GetElapsedTime(step.Entered, step.Left).Ticks, step.Attempts, step.Error);
    }

    /// <summary>Later steps take each other's places in turn.</summary>
    private static int PlaceOf(long number) =>
        number < InstancePath.FirstSteps ? (int)number : InstancePath.FirstSteps + (int)((number - InstancePath.FirstSteps) % LastSteps);

    private readonly record struct Step(string State, long Entered, long Left, int Attempts, string? Error);
}
