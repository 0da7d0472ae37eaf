namespace Cano;

/// <summary>Shows how far a batch is, until it is disposed of.</summary>
internal interface IRunProgress : IAsyncDisposable
{
    /// <summary>Takes note of a status; what is shown follows at its own pace.</summary>
    void Update(BatchStatus status);
}
