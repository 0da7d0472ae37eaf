namespace Cano.Contracts.Tests.Samples;

internal static class ErrorSamples
{
    internal static readonly object[] All =
    [
        new CanoConfigurationException(ErrorCodes.InvalidQuota, "The quota was 0; it must be 1 or more.", "$.timeout.quota", new IOException("why")),
        new BatchNotFoundException("nightly"),
        new BatchConflictException("nightly"),
        new BatchPurgedException("nightly"),
        new BatchOverException("nightly"),
        new BatchNotFinishedException("nightly"),
        new WorkflowNotRegisteredException("orders.price", ["orders.ship", "cano.simulate"]),
        new BatchDataLostException("nightly", "a partition"),
        new HostStoppedException(new IOException("why")),
        StorageException.NeverAttempted("The database is not there."),
        new SupersededException("The activation has ended.", new IOException("why")),
    ];
}
