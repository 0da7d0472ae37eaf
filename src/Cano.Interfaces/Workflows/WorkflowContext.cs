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

    /// <summary>The output set so far, as UTF-8 JSON; null: none.</summary>
    internal byte[]? OutputJson { get; set; }

    /// <summary>What the last call of <see cref="SetOutput{T}(T)"/> threw; null: it took the output.</summary>
    internal CanoConfigurationException? OutputRefusal { get; private set; }

    /// <summary>
    /// Sets what the instance leaves as its output; the last call wins. It is written as JSON at once, and must not be larger than the silo
    /// allows (64 KB by default), or the instance fails with kind <c>output-too-large</c> when it completes.
    /// </summary>
    /// <typeparam name="T">What it is written as.</typeparam>
    /// <param name="output">The output; null is written as JSON null.</param>
    /// <exception cref="CanoConfigurationException">
    /// It can't be written so that it can be read back whole (code <c>unstorable-value</c>). If the node lets the exception go, the instance
    /// fails with kind <c>output-not-writable</c>, without another attempt.
    /// </exception>
    public void SetOutput<T>(T output)
    {
        OutputRefusal = null;
        try
        {
            OutputJson = ValueJson.Write(output, ValuePlace.Output);
        }
        catch (CanoConfigurationException refusal)
        {
            OutputRefusal = refusal;
            throw;
        }
    }
}
