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
            : Failure.Of(WorkflowErrorKinds.InvalidParams, $"The params do not fit {TypeText.Of(typeof(TParams))}: {string.Join(" | ", faults)}");
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
        catch (Exception exception) when (exception is JsonException or InvalidOperationException)
        {
            // The second is for a name with half a surrogate pair.
            store = new();
            string which = execution.Resume is null ? "The store given to the batch" : "The saved store";
            return Failure.Of(WorkflowErrorKinds.InvalidCheckpoint, $"{which} can't be read: {exception.Message}", execution.Resume?.State);
        }
    }

    /// <summary>Null: the output that was saved is read, if there is one.</summary>
    internal static WorkflowError? ReadOutput(Checkpoint resume, out byte[]? output)
    {
        output = null;
        if (resume.Output is null)
        {
            return null;
        }

        try
        {
            using JsonDocument readable = JsonDocument.Parse(resume.Output, new JsonDocumentOptions { MaxDepth = 1_000 });
            output = resume.Output;
            return null;
        }
        catch (JsonException exception)
        {
            return Failure.Of(WorkflowErrorKinds.InvalidCheckpoint, $"The saved output can't be read: {exception.Message}", resume.State);
        }
    }
}
