namespace Cano;

/// <summary>One run of one instance: the loop from state to state.</summary>
internal sealed partial class WorkflowRun<TState, TParams> : IAttemptHost
    where TState : struct, Enum
{
    private readonly WorkflowProgram<TState, TParams> _program;
    private readonly RunProgress? _progress;
    private readonly DateTimeOffset _startedAt;
    private readonly RunPath _path;
    private readonly bool _keepPath;
    private readonly bool _keepStack;
    private readonly byte[]? _params;
    private readonly RunControl? _control;
    private ExecutionContext? _flow;
    private ProgramState<TState, TParams> _at;
    private long _steps;
    private int _attempt;
    private WorkflowContext<TParams> _context;
    private byte[]? _output;
    private RunScope<TState, TParams>? _scope;
    private Exception? _thrown;

    internal WorkflowRun(
        WorkflowProgram<TState, TParams> program,
        WorkflowContext<TParams> context,
        ProgramState<TState, TParams> at,
        RunStart start,
        RunProgress? progress,
        RunPath path,
        bool keepPath,
        bool keepStack,
        RunControl? control)
    {
        _program = program;
        _context = context;
        _context.Host = this;
        _at = at;
        _attempt = start.Attempt;
        _steps = start.Steps;
        _output = start.Output;
        _startedAt = start.At;
        _params = start.Params;
        _progress = progress;
        _path = path;
        _keepPath = keepPath;
        _keepStack = keepStack;
        _control = control;
    }

    IServiceProvider IAttemptHost.Services => Scope.Services;

    /// <summary>Made when it is first needed, which may be by several threads of a node.</summary>
    private RunScope<TState, TParams> Scope
    {
        get
        {
            if (_scope is { } present)
            {
                return present;
            }

            RunScope<TState, TParams> made = _program.NewScope();
            return Interlocked.CompareExchange(ref _scope, made, null) ?? made;
        }
    }

    /// <summary>Runs to the end.</summary>
    /// <exception cref="OperationCanceledException">The token is signalled and the run noticed it.</exception>
    /// <exception cref="RunStoppedException">The run was stopped, or its time is over, before its next attempt.</exception>
    internal async ValueTask<InstanceOutcome> RunAsync(CancellationToken cancellationToken)
    {
        _flow = ExecutionContext.Capture();
        try
        {
            return await LoopAsync(cancellationToken) is { } error ? Failed(error)
                : _at.IsFailure ? Failed(_program.ReachedFailureState(_at), _at.Name, _output)
                : _program.Completed(_at, _output, _startedAt, _keepPath ? _path.ToPath() : null);
        }
        catch (UnsavableProgressException unsavable)
        {
            if (_path.IsRetrying)
            {
                _path.Leave(_at.Name, _attempt);
            }

            return Failed(unsavable.Error);
        }
        finally
        {
            if (!_context.IsEnded)
            {
                EndAttempt(succeeded: false);
            }

            await LeaveScopeAsync();
            NodeThread.DropLastInterrupt();
        }
    }

    /// <summary>Null: <see cref="_at"/> is an exit state.</summary>
    private async ValueTask<WorkflowError?> LoopAsync(CancellationToken cancellationToken)
    {
        while (!_at.IsExit)
        {
            ProgramState<TState, TParams> at = _at;
            ThrowIfOver(cancellationToken);
            if (_steps >= _program.StepLimit)
            {
                return _program.StepLimitReached(at);
            }

            TState next = default;
            WorkflowError? failure = null;
            bool isFinal = false;
            try
            {
                next = await AttemptAsync(at, cancellationToken);
                EndAttempt(succeeded: true);
            }
            catch (Exception exception) when (exception is not RunStoppedException)
            {
                failure = ToError(at, exception, cancellationToken, out isFinal);
            }

            if (failure is not null)
            {
                if (!isFinal)
                {
                    (next, failure) = await RepeatAsync(at, failure, cancellationToken);
                }

                if (failure is not null)
                {
                    _path.Leave(at.Name, _attempt, failure.Message);
                    return failure;
                }
            }

            _steps++;
            _path.Leave(at.Name, _attempt);
            _attempt = 1;
            if (_program.Find(next) is not { } entered)
            {
                return _program.NoNodeFor(next, at);
            }

            _at = entered;
            if (_progress is not null && !entered.IsExit && (at.Config.AlwaysCheckpoint || _progress.IsDue()))
            {
                await SaveAsync(_progress, entered, attempt: 1, cancellationToken);
                _path.Enter();
            }
        }

        return null;
    }

    /// <summary>
    /// Whatever a node throws once it was stopped is taken for its way of stopping: it would have had more retries, and the run may be
    /// asked to go on elsewhere.
    /// </summary>
    private void ThrowIfCancelled(Exception exception, CancellationToken cancellationToken)
    {
        if (cancellationToken.IsCancellationRequested || _control is { IsStopped: true })
        {
            throw new OperationCanceledException("The run was cancelled.", exception, cancellationToken);
        }
    }

    private void ThrowIfOver(CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        _control?.ThrowIfOver();
    }

    private InstanceOutcome Failed(WorkflowError error, string? finalState = null, byte[]? output = null)
    {
        _program.LogFailure(_context.BatchId, _context.InstanceId, error, _thrown);
        return _program.Failed(error, _startedAt, _path.ToPath()) with { FinalState = finalState, Output = output };
    }

    private ValueTask SaveAsync(RunProgress progress, ProgramState<TState, TParams> next, int attempt, CancellationToken cancellationToken)
    {
        NodeThread.DropInterrupt();
        ThrowIfOver(cancellationToken);
        Checkpoint checkpoint = new()
        {
            State = next.Name,
            Attempt = attempt,
            Steps = _steps,
            StartedAt = _startedAt,
            Store = progress.StoreJson(next.Name),
            Output = _output,
        };
        return progress.SaveAsync(checkpoint, cancellationToken);
    }

    /// <summary>Disposes of the scope and its nodes, if there is one. What they throw changes nothing about the outcome.</summary>
    private ValueTask LeaveScopeAsync()
    {
        return Interlocked.Exchange(ref _scope, null) is { } scope ? LeaveAsync(scope) : ValueTask.CompletedTask;

        async ValueTask LeaveAsync(RunScope<TState, TParams> left)
        {
            foreach (DisposalFault fault in await left.LeaveAsync() ?? [])
            {
                _program.Logger.NotDisposed(fault.Exception, fault.Type.ToString(), _context.BatchId, _context.InstanceId);
            }
        }
    }
}

/// <summary>Where a run begins.</summary>
/// <param name="Params">What the params were read from, as UTF-8 JSON; null: nothing.</param>
/// <param name="At">When the instance first began to run.</param>
/// <param name="Steps">How many transitions it has made.</param>
/// <param name="Attempt">Which attempt of its first node is next.</param>
/// <param name="Output">The output set so far, as UTF-8 JSON; null: none.</param>
internal readonly record struct RunStart(byte[]? Params, DateTimeOffset At, long Steps = 0, int Attempt = 1, byte[]? Output = null);
