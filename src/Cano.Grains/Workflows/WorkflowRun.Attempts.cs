using System.Diagnostics;
using System.Runtime.ExceptionServices;

namespace Cano;

/// <content>The attempts of one node, and the pauses between them.</content>
internal sealed partial class WorkflowRun<TState, TParams>
{
    private IDisposable? _logScope;

    /// <summary>
    /// One attempt of a node, within its limit of time if it has one; <see cref="EndAttempt"/> follows. It begins with what flowed into the
    /// run, not with what the node before it left behind.
    /// </summary>
    private ValueTask<TState> AttemptAsync(ProgramState<TState, TParams> state, CancellationToken cancellationToken)
    {
        if (_flow is not null)
        {
            ExecutionContext.Restore(_flow);
        }

        if (_context.IsEnded)
        {
            _context = new(_context, _attempt == 1 ? _context.Params : ParamsAnew());
        }

        _context.State = state.Name;
        _context.Attempt = _attempt;
        _context.Logger = state.Logger;
        _path.Begin(state.Name, _attempt);
        _logScope = _program.BeginLogScope(state, _context);
        return NodeSpan.IsWanted ? TracedAttemptAsync(state, cancellationToken) : BareAttemptAsync(state, cancellationToken);
    }

    private ValueTask<TState> BareAttemptAsync(ProgramState<TState, TParams> state, CancellationToken cancellationToken)
    {
        if (state.Shared is not { } node)
        {
            // Runs its constructor and those of its services, which may take a while.
            node = Scope.Get(state);
            ThrowIfOver(cancellationToken);
        }

        return state.Config.AttemptTimeout is { } limit
            ? LimitedAttemptAsync(state, node, limit, cancellationToken)
            : node.RunAsync(_context, cancellationToken);
    }

    private async ValueTask<TState> TracedAttemptAsync(ProgramState<TState, TParams> state, CancellationToken cancellationToken)
    {
        using Activity? span = NodeSpan.Begin(state.Name, _attempt);
        try
        {
            return await BareAttemptAsync(state, cancellationToken);
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
            next = await node.RunAsync(_context, both.Token);
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
            ExceptionDispatchInfo.Throw(thrown);
        }

        return next;
    }

    /// <summary>A failed attempt may have changed the object that it was given.</summary>
    private TParams ParamsAnew() =>
        InstanceInput.ReadParams(_params, out TParams anew) is null ? anew : _context.Params;

    /// <summary>From here on the attempt can change nothing; what it has changed is kept, or undone.</summary>
    private void EndAttempt(bool succeeded)
    {
        if (_context.End() is { } changes)
        {
            if (succeeded)
            {
                _output = changes.Keep() ?? _output;
            }
            else
            {
                changes.Undo();
            }
        }

        if (_logScope is not null)
        {
            _program.EndLogScope(_logScope, _at);
            _logScope = null;
        }
    }

    /// <summary>Repeats a failed attempt, after a pause each time, until one succeeds or no more follows.</summary>
    /// <param name="state">The state whose node failed.</param>
    /// <param name="failure">What came of the last attempt: texts of bounded length, since the exception may hold anything, and a pause may
    /// be long.</param>
    /// <param name="cancellationToken">The run's token.</param>
    /// <returns>The next state, or the last failure.</returns>
    private async ValueTask<(TState Next, WorkflowError? Failure)> RepeatAsync(
        ProgramState<TState, TParams> state, WorkflowError failure, CancellationToken cancellationToken)
    {
        for (bool isFinal = false; !isFinal;)
        {
            NoteRetry(state, failure);

            // Before the pause, so that what the attempt has opened is not held through it.
            await LeaveScopeAsync();
            if (_progress is not null && _progress.IsDue())
            {
                await SaveAsync(_progress, state, _attempt + 1, cancellationToken);
            }

            TimeSpan pause = state.Config.Retry.DelayBefore(_attempt - 1, Random.Shared.NextDouble());
            if (pause > TimeSpan.Zero)
            {
                await Task.Delay(pause, _program.TimeProvider, cancellationToken);
            }

            ThrowIfOver(cancellationToken);
            _attempt++;
            try
            {
                TState next = await AttemptAsync(state, cancellationToken);
                EndAttempt(succeeded: true);
                return (next, null);
            }
            catch (Exception exception) when (exception is not RunStoppedException)
            {
                failure = ToError(state, exception, cancellationToken, out isFinal);
            }
        }

        return (default, failure);
    }

    private void NoteRetry(ProgramState<TState, TParams> state, WorkflowError failure)
    {
        _path.Retry(failure.Message);
        _program.Metrics?.NodeRetried(_program.Name);
        _program.Logger.Retrying(_context.BatchId, _context.InstanceId, state.Name, _attempt, failure.ExceptionType, failure.Message);
    }

    /// <summary>Ends an attempt that threw, and says what is kept of its exception.</summary>
    /// <param name="state">The state.</param>
    /// <param name="exception">What it threw.</param>
    /// <param name="cancellationToken">The run's token.</param>
    /// <param name="isFinal">No attempt follows.</param>
    /// <exception cref="OperationCanceledException">The run was stopped.</exception>
    private WorkflowError ToError(
        ProgramState<TState, TParams> state, Exception exception, CancellationToken cancellationToken, out bool isFinal)
    {
        NodeThread.DropInterrupt();
        EndAttempt(succeeded: false);
        ThrowIfCancelled(exception, cancellationToken);

        // Counted by the run: one that goes on from a checkpoint has used up some retries before.
        // One whose output was refused has done its work, and would come to the same output again.
        bool isLast = _attempt > state.Config.Retry.MaxRetries;
        isFinal = isLast || exception is OutputRefusedException || !_program.IsRetried(state, exception);
        string kind = exception is AttemptTimeoutException ? WorkflowErrorKinds.Timeout
            : exception is OutputRefusedException refused ? refused.Code
            : isLast && state.Config.Retry.MaxRetries > 0 ? WorkflowErrorKinds.RetryExhausted
            : WorkflowErrorKinds.NodeFailed;
        WorkflowError error = Failure.Of(kind, exception, state.Name, _attempt);
        if (!isFinal)
        {
            return error;
        }

        _thrown = exception;
        return _keepStack ? error with { Stack = StackText.Of(exception) } : error;
    }
}
