namespace Cano.Contracts.Tests.Samples;

internal static class ErrorSamples
{
    internal static readonly object[] All =
    [
        CanoConfigurationException.Of(
            ErrorCodes.InvalidQuota,
            [new("$.timeout.quota", "The quota was 0; it must be 1 or more."), new("$.maxConcurrency", "It must be 1 or more.")],
            new IOException("why")),
        new BatchNotFoundException("nightly"),
        new BatchConflictException("nightly"),
        new BatchPurgedException("nightly"),
        new BatchOverException("nightly"),
        new BatchNotFinishedException("nightly"),
        new WorkflowNotRegisteredException("orders.price", ["orders.ship", "cano.simulate"]),
        new BatchDataLostException("nightly", "a partition"),
        new HostStoppedException(new IOException("why")),
        StorageException.NeverAttempted("The database is not there."),
        new OutputRefusedException(ErrorCodes.OutputNotWritable, "The output (Order) can't be written as JSON.", "$.score", new IOException("why")),
        new SubmissionFault("$.instances[3].params.numbr", "unknown member; there are number"),
        new SupersededException("The activation has ended.", new IOException("why")),
    ];
}
