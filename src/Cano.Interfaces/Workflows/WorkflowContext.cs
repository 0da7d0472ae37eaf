namespace Cano;

/// <summary>What a node sees of the run it is part of. One object serves the whole run of an instance; a node must not keep it.</summary>
/// <typeparam name="TParams">What each instance is given.</typeparam>
public sealed class WorkflowContext<TParams>
{
    internal WorkflowContext(TParams @params, IWorkflowStore store, ISharedStore sharedStore, string instanceId, string batchId)
    {
        Params = @params;
        Store = store;
        SharedStore = sharedStore;
        InstanceId = instanceId;
        BatchId = batchId;
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
    public int Attempt { get; internal set; } = 1;

    /// <summary>The output as UTF-8 JSON; null: none was set.</summary>
    internal byte[]? Output { get; set; }

    /// <summary>How large the output may be, in bytes of JSON.</summary>
    internal int MaxOutputBytes { get; init; } = int.MaxValue;

    /// <summary>
    /// Sets what the instance leaves as its output; the last call wins. It is written as JSON at once: what happens to
    /// <paramref name="output"/> later changes nothing.
    /// </summary>
    /// <typeparam name="T">What it is written as.</typeparam>
    /// <param name="output">The output; null is written as JSON null.</param>
    /// <exception cref="OutputRefusedException">
    /// It can't be written as JSON (code <c>output-not-writable</c>), or is larger than the silo allows, 64 KB by default (code
    /// <c>output-too-large</c>). A node that does not catch
    /// it fails its instance with that kind, without another attempt.
    /// </exception>
    public void SetOutput<T>(T output) => Output = OutputJson.Write(output, MaxOutputBytes);
}
