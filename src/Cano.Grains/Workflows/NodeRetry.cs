using Polly;
using Polly.Retry;

namespace Cano;

/// <summary>
/// Repeats the attempts of one node. A node that succeeds at once never comes here: the first attempt is made outside, and only its failure is
/// handed in, so that the pipeline owns the pauses and the repeats and nobody else pays for it.
/// </summary>
internal sealed class NodeRetry<TState, TParams>
    where TState : struct, Enum
{
    private static readonly ResiliencePropertyKey<Pass> s_pass = new("cano-pass");

    private readonly RetryMode _mode;
    private readonly ResiliencePipeline<TState> _pipeline;

    internal NodeRetry(RetryMode mode, TimeProvider timeProvider)
    {
        _mode = mode;
        _pipeline = new ResiliencePipelineBuilder<TState> { TimeProvider = timeProvider }
            .AddRetry(new RetryStrategyOptions<TState>
            {
                MaxRetryAttempts = mode.MaxRetries,
                ShouldHandle = args => ValueTask.FromResult(args.Outcome.Exception is not null && PassOf(args.Context).MayRepeat(_mode)),
                DelayGenerator = args => ValueTask.FromResult<TimeSpan?>(
                    _mode.DelayBefore(PassOf(args.Context).Run.Context.Attempt - 1, Random.Shared.NextDouble())),
            })
            .Build();
    }

    /// <summary>Repeats the attempt until one succeeds, the retries are used up, or the token is signalled.</summary>
    /// <param name="run">The run whose attempt failed; its <c>Attempt</c> counts on.</param>
    /// <param name="state">The state it is in.</param>
    /// <param name="node">The node.</param>
    /// <param name="failure">What the first attempt threw.</param>
    /// <param name="cancellationToken">The run's token.</param>
    /// <returns>The next state, or the last failure.</returns>
    internal async ValueTask<Outcome<TState>> RunAsync(
        WorkflowRun<TState, TParams> run, ProgramState<TState, TParams> state, Node<TState, TParams> node, Exception failure, CancellationToken cancellationToken)
    {
        Pass pass = new(run, state, node, failure);

        // Captured, so that repeats run where the first attempt ran: on the threads meant for nodes.
        ResilienceContext context = ResilienceContextPool.Shared.Get(continueOnCapturedContext: true, cancellationToken);
        context.Properties.Set(s_pass, pass);
        try
        {
            Outcome<TState> outcome = await _pipeline.ExecuteOutcomeAsync(static (context, pass) => pass.AttemptAsync(context.CancellationToken), context, pass);
            pass.ThrowIfUnsaved();
            return outcome;
        }
        finally
        {
            ResilienceContextPool.Shared.Return(context);
        }
    }

    private static Pass PassOf(ResilienceContext context) => context.Properties.GetValue(s_pass, null!);

    /// <summary>One way through the pipeline.</summary>
    private sealed class Pass(WorkflowRun<TState, TParams> run, ProgramState<TState, TParams> state, Node<TState, TParams> node, Exception first)
    {
        private Exception? _first = first;
        private System.Runtime.ExceptionServices.ExceptionDispatchInfo? _unsaved;

        internal WorkflowRun<TState, TParams> Run => run;

        /// <summary>Counted by the run, not by the pipeline: a run that goes on from a checkpoint has used up some retries before.</summary>
        internal bool MayRepeat(RetryMode mode) => _unsaved is null && run.Context.Attempt <= mode.MaxRetries;

        internal async ValueTask<Outcome<TState>> AttemptAsync(CancellationToken cancellationToken)
        {
            Exception failure;
            if (_first is not null)
            {
                failure = _first;
                _first = null;
            }
            else
            {
                try
                {
                    run.Context.Attempt++;
                    return Outcome.FromResult(await run.AttemptAsync(state, node, cancellationToken));
                }
                catch (Exception exception)
                {
                    failure = exception;
                }
            }

            await SaveBeforeRetryAsync(failure, cancellationToken);
            return Outcome.FromException<TState>(failure);
        }

        /// <summary>What the sink threw, which is no failure of the node.</summary>
        internal void ThrowIfUnsaved() => _unsaved?.Throw();

        private async ValueTask SaveBeforeRetryAsync(Exception failure, CancellationToken cancellationToken)
        {
            if (cancellationToken.IsCancellationRequested || !MayRepeat(state.Config.Retry))
            {
                return;
            }

            run.NoteRetry(state, failure);
            try
            {
                await run.SaveBeforeRetryAsync(state, cancellationToken);
            }
            catch (Exception exception)
            {
                _unsaved = System.Runtime.ExceptionServices.ExceptionDispatchInfo.Capture(exception);
            }
        }
    }
}
