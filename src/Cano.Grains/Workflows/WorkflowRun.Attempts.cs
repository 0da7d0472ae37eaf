using System.Diagnostics;
using System.Runtime.ExceptionServices;

namespace Cano;

/// <content>The attempts of one node, and the pauses between them.</content>
internal sealed partial class WorkflowRun<TState, TParams>
{
    /// <summary>
    /// One attempt of a node, within its limit of time if it has one. It begins with what flowed into the run, not with what the node
    /// before it left behind.
    /// </summary>
    private ValueTask<TState> AttemptAsync(
        ProgramState<TState, TParams> state, Node<TState, TParams> node, CancellationToken cancellationToken)
    {
        if (_flow is not null)
        {
            ExecutionContext.Restore(_flow);
        }

        return NodeSpan.IsWanted ? TracedAttemptAsync(state, node, cancellationToken) : BareAttemptAsync(state, node, cancellationToken);
    }

    private ValueTask<TState> BareAttemptAsync(
        ProgramState<TState, TParams> state, Node<TState, TParams> node, CancellationToken cancellationToken) =>
        state.Config.AttemptTimeout is { } limit
            ? LimitedAttemptAsync(state, node, limit, cancellationToken)
            : node.RunAsync(Context, cancellationToken);

    private async ValueTask<TState> TracedAttemptAsync(
        ProgramState<TState, TParams> state, Node<TState, TParams> node, CancellationToken cancellationToken)
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
            next = await node.RunAsync(Context, both.Token);
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

    /// <summary>Repeats a failed attempt, after a pause each time, until one succeeds or the retries are used up.</summary>
    /// <param name="state">The state whose node failed.</param>
    /// <param name="node">The node.</param>
    /// <param name="failure">What came of the last attempt: texts of bounded length, since the exception may hold anything, and a pause may
    /// be long.</param>
    /// <param name="cancellationToken">The run's token.</param>
    /// <returns>The next state, or the last failure.</returns>
    private async ValueTask<(TState Next, WorkflowError? Failure)> RepeatAsync(
        ProgramState<TState, TParams> state, Node<TState, TParams> node, WorkflowError failure, CancellationToken cancellationToken)
    {
        RetryMode mode = state.Config.Retry;

        // Counted by the run: one that goes on from a checkpoint has used up some retries before.
        while (Context.Attempt <= mode.MaxRetries)
        {
            NoteRetry(state, failure);
            if (_progress is not null && _progress.IsDue())
            {
                await SaveAsync(_progress, state, Context.Attempt + 1, cancellationToken);
            }

            TimeSpan pause = mode.DelayBefore(Context.Attempt - 1, Random.Shared.NextDouble());
            if (pause > TimeSpan.Zero)
            {
                await Task.Delay(pause, _program.TimeProvider, cancellationToken);
            }

            ThrowIfOver(cancellationToken);
            Context.Attempt++;
            try
            {
                return (await AttemptAsync(state, node, cancellationToken), null);
            }
            catch (Exception exception)
            {
                failure = ToError(state, exception, cancellationToken);
            }
        }

        return (default, failure);
    }

    private void NoteRetry(ProgramState<TState, TParams> state, WorkflowError failure)
    {
        _path.Retry(failure.Message);
        _program.Metrics?.NodeRetried(_program.Name);
        _program.Logger.Retrying(Context.BatchId, Context.InstanceId, state.Name, Context.Attempt, failure.ExceptionType);
    }

    /// <summary>What is kept of an exception that an attempt threw.</summary>
    /// <exception cref="OperationCanceledException">The run was stopped.</exception>
    private WorkflowError ToError(ProgramState<TState, TParams> state, Exception exception, CancellationToken cancellationToken)
    {
        NodeThread.DropInterrupt();
        ThrowIfCancelled(exception, cancellationToken);
        string kind = exception is AttemptTimeoutException ? WorkflowErrorKinds.Timeout
            : state.Config.Retry.MaxRetries == 0 ? WorkflowErrorKinds.NodeFailed
            : WorkflowErrorKinds.RetryExhausted;
        return Failure.Of(kind, exception, state.Name, Context.Attempt);
    }
}
