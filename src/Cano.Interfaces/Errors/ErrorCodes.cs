namespace Cano;

/// <summary>
/// The stable codes of <see cref="CanoException.Code"/>. A code never changes its meaning and is never used again for another.
/// </summary>
public static class ErrorCodes
{
    /// <summary>
    /// An id or name is not 1 to 200 characters of <c>[A-Za-z0-9._:-]</c>, or it is <c>.</c> or <c>..</c>, as a label must not be either.
    /// </summary>
    public const string InvalidId = "invalid-id";

    /// <summary>A workflow's definition has faults.</summary>
    public const string InvalidDefinition = "invalid-definition";

    /// <summary>Two definitions are registered under one name.</summary>
    public const string DuplicateWorkflow = "duplicate-workflow";

    /// <summary>A batch has no instances.</summary>
    public const string NoInstances = "no-instances";

    /// <summary>Two instances of a batch have the same id.</summary>
    public const string DuplicateInstanceId = "duplicate-instance-id";

    /// <summary>A quota is less than 1.</summary>
    public const string InvalidQuota = "invalid-quota";

    /// <summary>A duration is not more than zero, or more than 365 days.</summary>
    public const string InvalidDuration = "invalid-duration";

    /// <summary>A limit of concurrency is less than 1.</summary>
    public const string InvalidMaxConcurrency = "invalid-max-concurrency";

    /// <summary>A name or label is too long or has characters that can't be stored.</summary>
    public const string InvalidText = "invalid-text";

    /// <summary>An instance's params do not fit its workflow: an unknown member, one that is missing, one of the wrong kind.</summary>
    public const string InvalidParams = "invalid-params";

    /// <summary>An instance's params are larger than the silo allows.</summary>
    public const string ParamsTooLarge = "params-too-large";

    /// <summary>An output can't be written as JSON.</summary>
    public const string OutputNotWritable = WorkflowErrorKinds.OutputNotWritable;

    /// <summary>An output is larger than the silo allows.</summary>
    public const string OutputTooLarge = WorkflowErrorKinds.OutputTooLarge;

    /// <summary>The store given to a batch, or a shared store, is larger than the silo allows.</summary>
    public const string StoreTooLarge = "store-too-large";

    /// <summary>A batch has more instances than is supported.</summary>
    public const string TooManyInstances = "too-many-instances";

    /// <summary>A batch was changed after it had been started.</summary>
    public const string AlreadyStarted = "already-started";

    /// <summary>Options of the host or the silo are out of their ranges.</summary>
    public const string InvalidOptions = "invalid-options";

    /// <summary>
    /// Params or a store have no canonical form (a name twice in one object, a number beyond a double, half a surrogate pair).
    /// </summary>
    public const string InvalidValue = "invalid-value";

    /// <summary>
    /// A value (params, an output, a value in a store) would not come back as it is: a member can't be set or written, an object is of a
    /// derived type without a discriminator. The message names the type and the member.
    /// </summary>
    public const string UnstorableValue = "unstorable-value";

    /// <summary>A result's final state is no member of the enum that the caller reads it with.</summary>
    public const string UnknownState = "unknown-state";

    /// <summary>A batch file or request body is no JSON, or not of the form it must have.</summary>
    public const string InvalidDocument = "invalid-document";

    /// <summary>No batch has this id.</summary>
    public const string BatchNotFound = "batch-not-found";

    /// <summary>A batch of this id exists and has other content.</summary>
    public const string BatchConflict = "batch-conflict";

    /// <summary>The batch is not finished, which a purge requires.</summary>
    public const string BatchNotFinished = "batch-not-finished";

    /// <summary>
    /// A batch was to be started whose partitions are not stored: never sent, or cleaned up because the start took too long.
    /// </summary>
    public const string NotPrepared = "not-prepared";

    /// <summary>The batch of this id was purged.</summary>
    public const string BatchPurged = "batch-purged";

    /// <summary>A node of a batch that was purged meanwhile wrote into its shared store.</summary>
    public const string BatchOver = "batch-over";

    /// <summary>No silo has a definition under this name.</summary>
    public const string WorkflowNotRegistered = "workflow-not-registered";

    /// <summary>Durable data of a batch is missing or unreadable.</summary>
    public const string DataLost = "data-lost";

    /// <summary>The silo or client through which a call was made has stopped.</summary>
    public const string HostStopped = "host-stopped";

    /// <summary>The database can't be reached or is overloaded; it may work again later.</summary>
    public const string StorageUnavailable = "storage-unavailable";

    /// <summary>The database refused or failed; a person must look.</summary>
    public const string StorageFailed = "storage-failed";
}
