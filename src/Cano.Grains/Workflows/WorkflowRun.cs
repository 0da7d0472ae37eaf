namespace Cano;

/// <summary>One run of one instance: the loop from state to state.</summary>
internal sealed partial class WorkflowRun<TState, TParams>
    where TState : struct, Enum
{
    private readonly WorkflowProgram<TState, TParams> _program;
    private readonly RunProgress? _progress;
    private readonly DateTimeOffset _startedAt;
    private readonly RunPath _path;
    private readonly bool _keepPath;
    private readonly RunControl? _control;
    private ExecutionContext? _flow;
    private ProgramState<TState, TParams> _at;
    private long _steps;
    private RunScope<TState, TParams>? _scope;

    internal WorkflowRun(
        WorkflowProgram<TState, TParams> program,
        WorkflowContext<TParams> context,
        ProgramState<TState, TParams> at,
        long steps,
        DateTimeOffset startedAt,
        RunProgress? progress,
        RunPath path,
        bool keepPath,
        RunControl? control)
    {
        _program = program;
        Context = context;
        _at = at;
        _steps = steps;
        _startedAt = startedAt;
        _progress = progress;
        _path = path;
        _keepPath = keepPath;
        _control = control;
    }

    internal WorkflowContext<TParams> Context { get; }

    /// <summary>Runs to the end.</summary>
    /// <exception cref="OperationCanceledException">The token is signalled and the run noticed it.</exception>
    /// <exception cref="RunStoppedException">The run was stopped, or its time is over, before its next attempt.</exception>
    internal async ValueTask<InstanceOutcome> RunAsync(CancellationToken cancellationToken)
    {
        _flow = ExecutionContext.Capture();
        try
        {
            return await LoopAsync(cancellationToken) is { } error
                ? _program.Failed(error, _startedAt, _path.ToPath())
                : _program.Completed(_at, Context, _startedAt, _keepPath ? _path.ToPath() : null);
        }
        catch (UnsavableProgressException unsavable)
        {
            if (_path.IsRetrying)
            {
                _path.Leave(_at.Name, Context.Attempt);
            }

            return _program.Failed(unsavable.Error, _startedAt, _path.ToPath());
        }
        finally
        {
            if (_scope is not null)
            {
                await LeaveScopeAsync(_scope);
            }

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

            if (!TryGetNode(at, cancellationToken, out Node<TState, TParams> node, out WorkflowError? unavailable))
            {
                return unavailable;
            }

            if (at.Shared is null)
            {
                // Making a node runs its constructor and those of its services, which may have taken a while.
                ThrowIfOver(cancellationToken);
            }

            TState next = default;
            WorkflowError? failure = null;
            try
            {
                next = await AttemptAsync(at, node, cancellationToken);
            }
            catch (Exception exception)
            {
                failure = ToError(at, exception, cancellationToken);
            }

            if (failure is not null)
            {
                (next, failure) = await RepeatAsync(at, node, failure, cancellationToken);
                if (failure is not null)
                {
                    _path.Leave(at.Name, Context.Attempt, failure.Message);
                    return failure;
                }
            }

            _steps++;
            _path.Leave(at.Name, Context.Attempt);
            Context.Attempt = 1;
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

    private bool TryGetNode(
        ProgramState<TState, TParams> at, CancellationToken cancellationToken, out Node<TState, TParams> node, out WorkflowError? unavailable)
    {
        unavailable = null;
        if (at.Shared is { } shared)
        {
            node = shared;
            return true;
        }

        try
        {
            node = (_scope ??= _program.NewScope()).Get(at);
            return true;
        }
        catch (Exception exception)
        {
            ThrowIfCancelled(exception, cancellationToken);
            node = null!;
            unavailable = Failure.Of(WorkflowErrorKinds.NodeFailed, exception, at.Name, attempts: 0);
            return false;
        }
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
            Output = _program.OutputJson(Context, next.Name),
        };
        return progress.SaveAsync(checkpoint, cancellationToken);
    }

    private async ValueTask LeaveScopeAsync(RunScope<TState, TParams> scope)
    {
        try
        {
            await scope.DisposeAsync();
        }
        catch (Exception exception)
        {
            // The outcome is there already; what a service throws as it is put away does not change it.
            _program.Logger.ScopeNotLeft(exception, Context.BatchId, Context.InstanceId);
        }
    }
}
