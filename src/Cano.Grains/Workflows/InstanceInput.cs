using System.Text.Json;

namespace Cano;

/// <summary>Reads what an instance begins with. What can't be read fails that instance alone.</summary>
internal static class InstanceInput
{
    /// <summary>Null: the params are read.</summary>
    internal static WorkflowError? ReadParams<TParams>(byte[]? json, out TParams @params)
    {
        @params = default!;
        return json is null || ParamsJson.Read(json, "$", out @params) is not { Count: > 0 } faults
            ? null
            : Failure.Of(
                WorkflowErrorKinds.InvalidParams, $"The params do not fit {JsonShape.Of(typeof(TParams))}: {string.Join(" | ", faults)}");
    }

    /// <summary>Null: the store is read, from the checkpoint if there is one.</summary>
    internal static WorkflowError? ReadStore(InstanceExecution execution, out MemoryStore store)
    {
        byte[]? json = execution.Resume is { } resume ? resume.Store : execution.Store;
        try
        {
            store = MemoryStore.FromJson(json);
            return null;
        }
        catch (JsonException exception)
        {
            store = new();
            string which = execution.Resume is null ? "The store given to the batch" : "The saved store";
            return Failure.Of(WorkflowErrorKinds.InvalidCheckpoint, $"{which} can't be read: {exception.Message}", execution.Resume?.State);
        }
    }

    /// <summary>Null: the context has the output that was saved, if any.</summary>
    internal static WorkflowError? RestoreOutput<TParams>(Checkpoint resume, WorkflowContext<TParams> context)
    {
        if (resume.Output is null)
        {
            return null;
        }

        try
        {
            using JsonDocument output = JsonDocument.Parse(resume.Output, new() { MaxDepth = CanoJson.Values.MaxDepth });
            context.Output = resume.Output;
            return null;
        }
        catch (JsonException exception)
        {
            return Failure.Of(WorkflowErrorKinds.InvalidCheckpoint, $"The saved output can't be read: {exception.Message}", resume.State);
        }
    }
}
