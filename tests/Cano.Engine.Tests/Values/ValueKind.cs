namespace Cano.Engine.Tests;

/// <summary>A kind of value that people put into stores, and what has to become of it.</summary>
public abstract record ValueKind(string Name)
{
    public override string ToString() => Name;

    /// <summary>Puts it into a store, where it is kept or refused.</summary>
    internal abstract void Put(IWorkflowStore store, string key);

    /// <summary>The same with a shared store.</summary>
    internal abstract Task PutSharedAsync(ISharedStore store, string key);

    /// <summary>Reads it and says whether it is the same.</summary>
    internal abstract void RequireIn(IWorkflowStore store, string key);

    /// <summary>The value as the params and the output of an instance.</summary>
    internal abstract Task RequireThroughParamsAndOutputAsync();

    /// <summary>Why a workflow with such params can't be registered; null: it can.</summary>
    internal abstract string? DefinitionFault();
}

/// <summary>A kind with its type.</summary>
/// <param name="Name">What it is called in the table.</param>
/// <param name="Value">A value of it.</param>
/// <param name="Equal">Says whether a copy is the same; null: by <see cref="Assert.Equal{T}(T, T)"/>.</param>
public sealed record ValueKind<T>(string Name, T Value, Action<T, T>? Equal = null) : ValueKind(Name)
{
    public override string ToString() => Name;

    internal override void Put(IWorkflowStore store, string key) => store.Put(key, Value);

    internal override Task PutSharedAsync(ISharedStore store, string key) => store.PutAsync(key, Value).AsTask();

    internal override void RequireIn(IWorkflowStore store, string key) => RequireSame(store.Get<T>(key));

    internal override async Task RequireThroughParamsAndOutputAsync()
    {
        WorkflowResult<Step> result = await WorkflowRunner.For(Definition((context, _) =>
        {
            RequireSame(context.Params);
            context.SetOutput(context.Params);
            return new(Step.Done);
        })).RunAsync(Value);

        Assert.Equal((null, Step.Done), (result.Error?.Message, result.FinalState));
        RequireSame(result.GetOutput<T>()!);
    }

    internal override string? DefinitionFault()
    {
        try
        {
            Definition((_, _) => new(Step.Done));
            return null;
        }
        catch (CanoConfigurationException exception)
        {
            Assert.Equal("invalid-definition", exception.Code);
            return exception.Message;
        }
    }

    private static WorkflowDefinition<Step, T> Definition(Func<WorkflowContext<T>, CancellationToken, ValueTask<Step>> node) =>
        WorkflowDefinition.Create(new WorkflowKey<Step, T>("test.kind"), workflow => workflow
            .Start(Step.Start).RegisterNode(Step.Start, node, NodeConfig.Minimal).AddExitState(Step.Done));

    private void RequireSame(T copy)
    {
        (Equal ?? Assert.Equal)(Value, copy);
        if (Value is not null && !typeof(T).IsInterface)
        {
            Assert.Equal(Value.GetType(), copy!.GetType());
        }
    }
}
