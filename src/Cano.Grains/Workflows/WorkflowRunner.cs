using Microsoft.Extensions.DependencyInjection;

namespace Cano;

/// <summary>
/// Runs single instances of a definition in this process, without Orleans, storage or checkpoints: for unit tests of one's own workflows
/// and for timing the engine. The loop is the one that silos run.
/// </summary>
/// <example><code>WorkflowResult&lt;OrderState&gt; result = await WorkflowRunner.For(definition).RunAsync(new OrderParams(1, 20));</code></example>
public static class WorkflowRunner
{
    /// <summary>Makes a runner.</summary>
    /// <typeparam name="TState">The enum that lists the workflow's states.</typeparam>
    /// <typeparam name="TParams">What each instance is given.</typeparam>
    /// <param name="definition">The definition, from <see cref="WorkflowDefinition.Create{TState, TParams}"/>.</param>
    /// <param name="services">
    /// Where node types get their dependencies; node types themselves need not be registered in it. Each run has a scope of its own. Null:
    /// node types have no dependencies.
    /// </param>
    /// <param name="timeProvider">What retries, time-outs and the times of results go by; a test may hand in a clock of its own. Null: the
    /// system's.</param>
    /// <returns>The runner.</returns>
    /// <exception cref="CanoConfigurationException">A node type can't be made or its config is not valid; every fault is named (code
    /// <c>invalid-definition</c>).</exception>
    public static WorkflowRunner<TState, TParams> For<TState, TParams>(
        WorkflowDefinition<TState, TParams> definition, IServiceProvider? services = null, TimeProvider? timeProvider = null)
        where TState : struct, Enum
    {
        ArgumentNullException.ThrowIfNull(definition);
        return new(new(definition, services ?? new ServiceCollection().BuildServiceProvider(), timeProvider ?? TimeProvider.System, new CanoOptions()));
    }
}

/// <summary>Runs single instances of one definition in this process. Safe for concurrent use.</summary>
/// <typeparam name="TState">The enum that lists the workflow's states.</typeparam>
/// <typeparam name="TParams">What each instance is given.</typeparam>
public sealed class WorkflowRunner<TState, TParams>
    where TState : struct, Enum
{
    private const string LocalId = "local";

    private readonly WorkflowProgram<TState, TParams> _program;

    internal WorkflowRunner(WorkflowProgram<TState, TParams> program) => _program = program;

    /// <summary>
    /// Runs one instance to its end, on the caller's thread until a node first waits. Its id and its batch's id are <c>local</c>.
    /// </summary>
    /// <param name="params">
    /// What the nodes see as <c>context.Params</c>: a copy that has been through JSON, as on a silo. Left out: <c>default</c>.
    /// </param>
    /// <param name="store">The instance's store: this very object, so that a test can look into it afterwards. Null: an empty one.</param>
    /// <param name="sharedStore">The store that it shares with other instances, for example a <see cref="MemorySharedStore"/>. Null: an
    /// empty one of its own.</param>
    /// <param name="cancellationToken">Cancels the run; it is checked at each transition and handed to the nodes.</param>
    /// <returns>The result: <see cref="WorkflowOutcome.Completed"/> or <see cref="WorkflowOutcome.Failed"/>, with its
    /// <see cref="WorkflowResult{TState}.Path"/>.</returns>
    /// <exception cref="OperationCanceledException"><paramref name="cancellationToken"/> is signalled and the run noticed it.</exception>
    /// <exception cref="CanoConfigurationException"><paramref name="params"/> can't be kept whole (code
    /// <c>unstorable-value</c>).</exception>
    public async Task<WorkflowResult<TState>> RunAsync(
        TParams @params = default!, IWorkflowStore? store = null, ISharedStore? sharedStore = null, CancellationToken cancellationToken = default)
    {
        // As on a silo: what flows with the caller (culture, AsyncLocal) does not reach the nodes. It is back when this method returns.
        ExecutionContext.Restore(EmptyFlow.Context);
        byte[]? json = @params is null ? null : ValueJson.Write(@params, ValuePlace.Params, compact: true);
        if (InstanceInput.ReadParams(json, out TParams copy) is { } unfit)
        {
            _program.LogFailure(LocalId, LocalId, unfit, exception: null);
            return ToResult(_program.Failed(unfit, _program.TimeProvider.GetUtcNow()));
        }

        WorkflowContext<TParams> context = new(copy, store, sharedStore, LocalId, LocalId)
        {
            MaxOutputBytes = _program.MaxOutputBytes,
        };
        return ToResult(await _program.RunAsync(context, json, keepPath: true, cancellationToken));
    }

    private WorkflowResult<TState> ToResult(InstanceOutcome outcome) => new(new InstanceResult
    {
        Id = LocalId,
        Workflow = _program.Name,
        Outcome = outcome.IsSuccess ? WorkflowOutcome.Completed : WorkflowOutcome.Failed,
        FinalState = outcome.FinalState,
        Error = outcome.Error,
        Output = outcome.Output,
        StartedAt = outcome.StartedAt,
        FinishedAt = outcome.FinishedAt,
        FinalAt = outcome.FinishedAt,
        Path = outcome.Path,
    });
}
