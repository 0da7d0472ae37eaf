namespace Cano;

/// <summary>No batch has the id that was asked for.</summary>
[GenerateSerializer]
[Alias("Cano.BatchNotFoundException")]
public sealed class BatchNotFoundException : CanoException
{
    /// <summary>Makes the exception.</summary>
    /// <param name="batchId">The id that was asked for.</param>
    public BatchNotFoundException(string batchId)
        : base(ErrorCodes.BatchNotFound, $"There is no batch '{batchId}'.") => BatchId = batchId;

    /// <summary>The id that was asked for.</summary>
    [Id(0)]
    public string BatchId { get; private set; }
}

/// <summary>A batch of this id exists and its content differs from what was to be started.</summary>
[GenerateSerializer]
[Alias("Cano.BatchConflictException")]
public sealed class BatchConflictException : CanoException
{
    /// <summary>Makes the exception.</summary>
    /// <param name="batchId">The id that is taken.</param>
    public BatchConflictException(string batchId)
        : base(
            ErrorCodes.BatchConflict,
            $"A batch '{batchId}' exists with other content (timeout, maxConcurrency, store, sharedStore or instances differ). Start this one under another id, or attach to that one.") =>
        BatchId = batchId;

    /// <summary>The id that is taken.</summary>
    [Id(0)]
    public string BatchId { get; private set; }
}

/// <summary>The batch of this id was purged; the id can't be used again yet.</summary>
[GenerateSerializer]
[Alias("Cano.BatchPurgedException")]
public sealed class BatchPurgedException : CanoException
{
    /// <summary>Makes the exception.</summary>
    /// <param name="batchId">The id of the purged batch.</param>
    public BatchPurgedException(string batchId)
        : base(ErrorCodes.BatchPurged, $"The batch '{batchId}' was purged; its results are gone and its id can't be used again yet.") => BatchId = batchId;

    /// <summary>The id of the purged batch.</summary>
    [Id(0)]
    public string BatchId { get; private set; }
}

/// <summary>A node that ran on though it was cancelled wrote into its shared store after the purge. Nothing was written.</summary>
[GenerateSerializer]
[Alias("Cano.BatchOverException")]
public sealed class BatchOverException : CanoException
{
    /// <summary>Makes the exception.</summary>
    /// <param name="batchId">The id of the batch that the node belongs to.</param>
    public BatchOverException(string batchId)
        : base(ErrorCodes.BatchOver, $"The batch '{batchId}' is over and was purged; nothing can be written into its shared store any more.") =>
        BatchId = batchId;

    /// <summary>The id of the batch that the node belongs to; another batch may have it by now.</summary>
    [Id(0)]
    public string BatchId { get; private set; }
}

/// <summary>Outcomes of the batch are still to come, so that it can't be purged. Nothing was changed.</summary>
[GenerateSerializer]
[Alias("Cano.BatchNotFinishedException")]
public sealed class BatchNotFinishedException : CanoException
{
    /// <summary>Makes the exception.</summary>
    /// <param name="batchId">The batch.</param>
    public BatchNotFinishedException(string batchId)
        : base(ErrorCodes.BatchNotFinished, $"The batch '{batchId}' is not finished and can't be purged. Cancel it, or wait for its end.") => BatchId = batchId;

    /// <summary>The batch.</summary>
    [Id(0)]
    public string BatchId { get; private set; }
}

/// <summary>No silo has a definition for a workflow of the batch. Nothing was stored.</summary>
[GenerateSerializer]
[Alias("Cano.WorkflowNotRegisteredException")]
public sealed class WorkflowNotRegisteredException : CanoException
{
    /// <summary>Makes the exception.</summary>
    /// <param name="workflow">The unknown name.</param>
    /// <param name="known">The names that are registered.</param>
    public WorkflowNotRegisteredException(string workflow, IReadOnlyCollection<string> known)
        : base(
            ErrorCodes.WorkflowNotRegistered,
            $"No workflow '{workflow}' is registered. Known: {(known is { Count: > 0 } ? string.Join(", ", known.Order(StringComparer.Ordinal)) : "none")}.") =>
        Workflow = workflow;

    /// <summary>The unknown name.</summary>
    [Id(0)]
    public string Workflow { get; private set; }
}

/// <summary>Durable data of a batch is missing or can't be read; a person must look. It is never taken for "not started".</summary>
[GenerateSerializer]
[Alias("Cano.BatchDataLostException")]
public sealed class BatchDataLostException : CanoException
{
    /// <summary>Makes the exception.</summary>
    /// <param name="batchId">The batch.</param>
    /// <param name="missing">What is missing.</param>
    public BatchDataLostException(string batchId, string missing)
        : base(ErrorCodes.DataLost, $"The batch '{batchId}' exists, but {missing} is missing in storage. Restore it from a backup; or cancel the batch, which then ends without it, and purge it.") => BatchId = batchId;

    /// <summary>The batch.</summary>
    [Id(0)]
    public string BatchId { get; private set; }
}
