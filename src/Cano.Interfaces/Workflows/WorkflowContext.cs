using System.Text.Json;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;

namespace Cano;

/// <summary>
/// What a node sees of the run that it is part of. Each attempt has one of its own: after the attempt has ended, neither the store nor the
/// output can be changed through it, whatever the node left running.
/// </summary>
/// <typeparam name="TParams">What each instance is given.</typeparam>
public sealed class WorkflowContext<TParams>
{
    private readonly IWorkflowStore _store;
    private AttemptChanges? _changes;

    /// <summary>Makes a context, for a unit test of a node. In a run, its workflow's engine makes it.</summary>
    /// <param name="params">What the node sees as <see cref="Params"/>: this very object. A silo hands it a copy that has been through
    /// JSON.</param>
    /// <param name="store">The instance's store; null: an empty one.</param>
    /// <param name="sharedStore">The batch's store; null: an empty one in memory.</param>
    /// <param name="instanceId">The id of the instance.</param>
    /// <param name="batchId">The id of the batch.</param>
    /// <param name="attempt">Which attempt it is, from 1.</param>
    /// <param name="services">What the node sees as <see cref="Services"/>; null: none.</param>
    /// <param name="logger">What the node sees as <see cref="Logger"/>; null: one that writes nothing.</param>
    public WorkflowContext(
        TParams @params,
        IWorkflowStore? store = null,
        ISharedStore? sharedStore = null,
        string instanceId = "local",
        string batchId = "local",
        int attempt = 1,
        IServiceProvider? services = null,
        ILogger? logger = null)
    {
        Params = @params;
        _store = store ?? new MemoryStore();
        SharedStore = sharedStore ?? new MemorySharedStore();
        Host = services is null ? null : new GivenServices(services);
        Logger = logger ?? NullLogger.Instance;
        InstanceId = instanceId;
        BatchId = batchId;
        Attempt = attempt;
    }

    /// <summary>The context of a further attempt of the same run.</summary>
    internal WorkflowContext(WorkflowContext<TParams> earlier, TParams @params)
        : this(@params, earlier._store, earlier.SharedStore, earlier.InstanceId, earlier.BatchId)
    {
        Host = earlier.Host;
        MaxOutputBytes = earlier.MaxOutputBytes;
    }

    /// <summary>What the caller gave this instance; <c>default</c> when it gave nothing.</summary>
    public TParams Params { get; }

    /// <summary>
    /// This instance's own store: a copy of what the caller gave the batch. It is saved with every checkpoint. What an attempt changed in
    /// it is undone if the attempt fails.
    /// </summary>
    /// <exception cref="InvalidOperationException">The attempt has ended.</exception>
    public IWorkflowStore Store => _store is MemoryStore ? Changes : _store;

    /// <summary>The store that all instances of the batch share. Durable: what a failed attempt changed in it stays.</summary>
    public ISharedStore SharedStore { get; }

    /// <summary>The id of this instance, unique in its batch.</summary>
    public string InstanceId { get; }

    /// <summary>The id of the batch.</summary>
    public string BatchId { get; }

    /// <summary>The state whose node runs, as the member's name.</summary>
    public string State { get; internal set; } = "";

    /// <summary>Which attempt of the present node this is, counted from 1.</summary>
    public int Attempt { get; internal set; }

    /// <summary>
    /// The services of this attempt: of the dependency injection scope that its node comes from. The scope lasts for the whole run; after
    /// an attempt that failed the next one gets a new scope. It is made when it is first needed.
    /// </summary>
    /// <exception cref="InvalidOperationException">The attempt has ended.</exception>
    public IServiceProvider Services
    {
        get
        {
            ThrowIfEnded();
            return Host?.Services ?? throw new InvalidOperationException("This context belongs to no run and was given no services.");
        }
    }

    /// <summary>
    /// A logger of the node's category: the full name of a node's type, or <c>workflow.state</c> for a function. Whatever is logged while
    /// the node runs, by this logger or another, is in a scope with <c>BatchId</c>, <c>InstanceId</c>, <c>Workflow</c>, <c>State</c> and
    /// <c>Attempt</c>.
    /// </summary>
    public ILogger Logger { get; internal set; }

    /// <summary>The run that the attempt is part of, or what stands for it in a unit test of a single node; null: there is none.</summary>
    internal IAttemptHost? Host { get; set; }

    /// <summary>How large the output may be, in bytes of JSON.</summary>
    internal int MaxOutputBytes { get; init; } = int.MaxValue;

    /// <summary>True once the attempt has ended.</summary>
    internal bool IsEnded => ReferenceEquals(Volatile.Read(ref _changes), AttemptChanges.Ended);

    /// <summary>Made at the first use: an attempt that changes nothing pays nothing.</summary>
    private AttemptChanges Changes
    {
        get
        {
            if (Volatile.Read(ref _changes) is not { } changes)
            {
                AttemptChanges made = new(_store as MemoryStore, State, Attempt);
                changes = Interlocked.CompareExchange(ref _changes, made, null) ?? made;
            }

            return ReferenceEquals(changes, AttemptChanges.Ended) ? throw AttemptChanges.TooLate(State, Attempt) : changes;
        }
    }

    /// <summary>
    /// Sets what the instance leaves as its output; the last call of an attempt that succeeds wins. It is written as JSON at once: what
    /// happens to <paramref name="output"/> later changes nothing.
    /// </summary>
    /// <typeparam name="T">What it is written as.</typeparam>
    /// <param name="output">The output; null is written as JSON null.</param>
    /// <exception cref="InvalidOperationException">The attempt has ended.</exception>
    /// <exception cref="OutputRefusedException">
    /// It can't be written as JSON and read back whole (code <c>output-not-writable</c>), or is larger than the silo allows, 64 KB by
    /// default (code <c>output-too-large</c>). A node that does not catch it fails its instance with that kind, without another attempt.
    /// </exception>
    public void SetOutput<T>(T output) => Changes.SetOutput(OutputJson.Write(output, MaxOutputBytes));

    /// <summary>The output as this attempt has set it so far, read as a result's is: for a unit test of a node.</summary>
    /// <typeparam name="T">What it is read as.</typeparam>
    /// <returns>The output; <c>default</c> when none was set.</returns>
    /// <exception cref="InvalidOperationException">The attempt has ended.</exception>
    /// <exception cref="JsonException">It can't be read as <typeparamref name="T"/>.</exception>
    public T? GetOutput<T>() => Changes.Output is { } output ? OutputJson.Read<T>(output, "The output") : default;

    /// <summary>Ends the attempt: from now on it can change nothing.</summary>
    /// <returns>What it has changed, to be kept or undone; null: nothing.</returns>
    internal AttemptChanges? End() => Interlocked.Exchange(ref _changes, AttemptChanges.Ended);

    private void ThrowIfEnded()
    {
        if (IsEnded)
        {
            throw AttemptChanges.TooLate(State, Attempt);
        }
    }

    private sealed record GivenServices(IServiceProvider Services) : IAttemptHost;
}
