using System.Diagnostics;
using Polly;

namespace Cano;

/// <summary>One run of one instance: the loop from state to state.</summary>
internal sealed class WorkflowRun<TState, TParams>
    where TState : struct, Enum
{
    private readonly WorkflowProgram<TState, TParams> _program;
    private readonly RunProgress? _progress;
    private readonly DateTimeOffset _startedAt;
    private readonly RunPath _path;
    private readonly bool _keepPath;
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
        bool keepPath)
    {
        _program = program;
        Context = context;
        _at = at;
        _steps = steps;
        _startedAt = startedAt;
        _progress = progress;
        _path = path;
        _keepPath = keepPath;
    }

    internal WorkflowContext<TParams> Context { get; }

    /// <summary>Runs to the end.</summary>
    /// <exception cref="OperationCanceledException">The token is signalled and the run noticed it.</exception>
    internal async ValueTask<InstanceOutcome> RunAsync(CancellationToken cancellationToken)
    {
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
        }
    }

    /// <summary>One attempt of a node, within its limit of time if it has one.</summary>
    internal ValueTask<TState> AttemptAsync(ProgramState<TState, TParams> state, Node<TState, TParams> node, CancellationToken cancellationToken) =>
        NodeSpan.IsWanted ? TracedAttemptAsync(state, node, cancellationToken) : BareAttemptAsync(state, node, cancellationToken);

    private ValueTask<TState> BareAttemptAsync(ProgramState<TState, TParams> state, Node<TState, TParams> node, CancellationToken cancellationToken) =>
        state.Config.AttemptTimeout is { } limit
            ? LimitedAttemptAsync(state, node, limit, cancellationToken)
            : node.RunAttemptAsync(Context, cancellationToken);

    internal ValueTask SaveBeforeRetryAsync(ProgramState<TState, TParams> state, CancellationToken cancellationToken) =>
        _progress is not null && _progress.IsDue() ? SaveAsync(_progress, state, Context.Attempt + 1, cancellationToken) : ValueTask.CompletedTask;

    internal void NoteRetry(ProgramState<TState, TParams> state, Exception failure)
    {
        _path.Retry(failure);
        _program.Metrics?.NodeRetried(_program.Name);
        _program.Logger.Retrying(Context.BatchId, Context.InstanceId, state.Name, Context.Attempt, failure.GetType());
    }

    /// <summary>Null: <see cref="_at"/> is an exit state.</summary>
    private async ValueTask<WorkflowError?> LoopAsync(CancellationToken cancellationToken)
    {
        while (!_at.IsExit)
        {
            ProgramState<TState, TParams> at = _at;
            cancellationToken.ThrowIfCancellationRequested();
            if (_steps >= _program.StepLimit)
            {
                return _program.StepLimitReached(at);
            }

            if (!TryGetNode(at, cancellationToken, out Node<TState, TParams> node, out WorkflowError? unavailable))
            {
                return unavailable;
            }

            TState next = default;
            Exception? failure = null;
            try
            {
                next = await AttemptAsync(at, node, cancellationToken);
            }
            catch (Exception exception)
            {
                failure = exception;
            }

            if (failure is not null)
            {
                Outcome<TState> repeated = await RepeatAsync(at, node, failure, cancellationToken);
                if (repeated.Exception is { } last)
                {
                    _path.Leave(at.Name, Context.Attempt, last);
                    return Ended(at, last, cancellationToken);
                }

                next = repeated.Result;
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

    private async ValueTask<TState> TracedAttemptAsync(ProgramState<TState, TParams> state, Node<TState, TParams> node, CancellationToken cancellationToken)
    {
        using Activity? span = NodeSpan.Begin(state.Name, Context.Attempt);
        try
        {
            return await BareAttemptAsync(state, node, cancellationToken);
        }
        catch (Exception exception)
        {
            NodeSpan.Fail(span, exception);
            throw;
        }
    }

    private async ValueTask<TState> LimitedAttemptAsync(
        ProgramState<TState, TParams> state, Node<TState, TParams> node, TimeSpan limit, CancellationToken cancellationToken)
    {
        using CancellationTokenSource clock = new(limit, _program.TimeProvider);
        using CancellationTokenSource both = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, clock.Token);
        TState next = default;
        Exception? thrown = null;
        try
        {
            next = await node.RunAttemptAsync(Context, both.Token);
        }
        catch (Exception exception)
        {
            thrown = exception;
        }

        // Decided once, here: an attempt that is still running when its time is up has failed, whatever it returns or throws then;
        // the run's own token goes before.
        if (clock.IsCancellationRequested && !cancellationToken.IsCancellationRequested)
        {
            throw new AttemptTimeoutException(state.NodeName, limit, thrown);
        }

        if (thrown is not null)
        {
            System.Runtime.ExceptionServices.ExceptionDispatchInfo.Throw(thrown);
        }

        return next;
    }

    private ValueTask<Outcome<TState>> RepeatAsync(
        ProgramState<TState, TParams> at, Node<TState, TParams> node, Exception failure, CancellationToken cancellationToken) =>
        at.Retry is { } retry && !cancellationToken.IsCancellationRequested
            ? retry.RunAsync(this, at, node, failure, cancellationToken)
            : ValueTask.FromResult(Outcome.FromException<TState>(failure));

    private WorkflowError Ended(ProgramState<TState, TParams> at, Exception last, CancellationToken cancellationToken)
    {
        ThrowIfCancelled(last, cancellationToken);
        string kind = last is AttemptTimeoutException ? WorkflowErrorKinds.Timeout
            : at.Retry is null ? WorkflowErrorKinds.NodeFailed
            : WorkflowErrorKinds.RetryExhausted;
        return Failure.Of(kind, last, at.Name, Context.Attempt);
    }

    /// <summary>
    /// Whatever a node throws once its token is signalled is taken for its way of stopping: it would have had more retries, and the run may be asked to go on elsewhere.
    /// </summary>
    private static void ThrowIfCancelled(Exception exception, CancellationToken cancellationToken)
    {
        if (cancellationToken.IsCancellationRequested)
        {
            throw new OperationCanceledException("The run was cancelled.", exception, cancellationToken);
        }
    }

    private ValueTask SaveAsync(RunProgress progress, ProgramState<TState, TParams> next, int attempt, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        Checkpoint checkpoint = new()
        {
            State = next.Name,
            Attempt = attempt,
            Steps = _steps,
            StartedAt = _startedAt,
            Store = progress.StoreJson(next.Name),
            Output = Context.OutputType is null ? null : _program.OutputJson(Context, next.Name),
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
