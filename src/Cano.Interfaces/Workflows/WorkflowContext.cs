using System.Text.Json;

namespace Cano;

/// <summary>What a node sees of the run it is part of. One object serves the whole run of an instance; a node must not keep it.</summary>
/// <typeparam name="TParams">What each instance is given.</typeparam>
public sealed class WorkflowContext<TParams>
{
    /// <summary>Makes a context, for a unit test of a node. In a run, its workflow's engine makes it.</summary>
    /// <param name="params">What the node sees as <see cref="Params"/>: this very object. A silo hands it a copy that has been through JSON.</param>
    /// <param name="store">The instance's store; null: an empty one.</param>
    /// <param name="sharedStore">The batch's store; null: an empty one in memory.</param>
    /// <param name="instanceId">The id of the instance.</param>
    /// <param name="batchId">The id of the batch.</param>
    /// <param name="attempt">Which attempt it is, from 1.</param>
    public WorkflowContext(
        TParams @params,
        IWorkflowStore? store = null,
        ISharedStore? sharedStore = null,
        string instanceId = "local",
        string batchId = "local",
        int attempt = 1)
    {
        Params = @params;
        Store = store ?? new MemoryStore();
        SharedStore = sharedStore ?? new MemorySharedStore();
        InstanceId = instanceId;
        BatchId = batchId;
        Attempt = attempt;
    }

    /// <summary>What the caller gave this instance; <c>default</c> when it gave nothing.</summary>
    public TParams Params { get; }

    /// <summary>This instance's own store: a copy of what the caller gave the batch. It is saved with every checkpoint.</summary>
    public IWorkflowStore Store { get; }

    /// <summary>The store that all instances of the batch share. Durable.</summary>
    public ISharedStore SharedStore { get; }

    /// <summary>The id of this instance, unique in its batch.</summary>
    public string InstanceId { get; }

    /// <summary>The id of the batch.</summary>
    public string BatchId { get; }

    /// <summary>Which attempt of the present node this is, counted from 1.</summary>
    public int Attempt { get; internal set; }

    internal object? Output { get; private set; }

    internal Type? OutputType { get; private set; }

    /// <summary>
    /// Sets what the instance leaves as its output; the last call wins. It is written as JSON when the instance completes and must not be
    /// larger than the silo allows (64 KB by default), or the instance fails with kind <c>output-too-large</c>.
    /// </summary>
    /// <typeparam name="T">What it is written as.</typeparam>
    /// <param name="output">The output; null is written as JSON null.</param>
    public void SetOutput<T>(T output)
    {
        Output = output;
        OutputType = typeof(T);
    }

    /// <summary>The output as it was set so far, read as a result's is: for a unit test of a node.</summary>
    /// <typeparam name="T">What it is read as.</typeparam>
    /// <returns>The output; <c>default</c> when none was set.</returns>
    /// <exception cref="JsonException">It can't be written as JSON, or not be read as <typeparamref name="T"/>.</exception>
    public T? GetOutput<T>() =>
        OutputType is null ? default : JsonSerializer.SerializeToElement(Output, OutputType, CanoJson.Values).Deserialize<T>(CanoJson.Values);
}
