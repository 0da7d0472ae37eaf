using System.Text.Json;

namespace Cano;

/// <summary>Reads what an instance begins with. What can't be read fails that instance alone.</summary>
internal static class InstanceInput
{
    /// <summary>Null: the params are read.</summary>
    internal static WorkflowError? ReadParams<TParams>(byte[]? json, out TParams @params)
    {
        @params = default!;
        if (json is null)
        {
            return null;
        }

        try
        {
            @params = JsonSerializer.Deserialize<TParams>(json, CanoJson.Values)!;
            return null;
        }
        catch (Exception exception)
        {
            string path = (exception as JsonException)?.Path ?? "$";
            return Failure.Of(
                WorkflowErrorKinds.InvalidParams, $"The params do not fit {typeof(TParams).Name}: at {path}: {Failure.Message(exception)}");
        }
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

    /// <summary>Null: the context has the output that was saved, if any.</summary>
    internal static WorkflowError? RestoreOutput<TParams>(Checkpoint resume, WorkflowContext<TParams> context)
    {
        if (resume.Output is null)
        {
            return null;
        }

        try
        {
            using JsonDocument readable = JsonDocument.Parse(resume.Output, new JsonDocumentOptions { MaxDepth = 1_000 });
            context.OutputJson = resume.Output;
            return null;
        }
        catch (JsonException exception)
        {
            return Failure.Of(WorkflowErrorKinds.InvalidCheckpoint, $"The saved output can't be read: {exception.Message}", resume.State);
        }
    }
}
