using System.ComponentModel;
using Orleans.Concurrency;

namespace Cano.Protocol;

/// <summary>
/// One for each instance; its key is made of the batch, its incarnation and the instance. Runs the definition, off the grain's scheduler,
/// and answers with the outcome.
/// </summary>
[Alias("Cano.IWorkflowGrain")]
[EditorBrowsable(EditorBrowsableState.Never)]
[GrainInterfaceType("Cano.IWorkflowGrain")]
public interface IWorkflowGrain : IGrainWithStringKey
{
    /// <summary>
    /// Runs the instance, or joins the run that is under way. The reply is the outcome, or after a bounded wait "still running": then ask
    /// again.
    /// </summary>
    /// <param name="run">What to run.</param>
    /// <returns>The reply.</returns>
    [AlwaysInterleave]
    [Alias("Run")]
    Task<InstanceReply> RunAsync(InstanceRun run);

    /// <summary>Signals the run's cancellation token. The run may go on for a while; what it returns is dropped.</summary>
    /// <returns>Completes when the token is signalled.</returns>
    [AlwaysInterleave]
    [Alias("Cancel")]
    Task CancelAsync();

    /// <summary>Removes the instance's checkpoint, once its outcome is durable elsewhere.</summary>
    /// <returns>Completes when it is gone.</returns>
    [Alias("Forget")]
    Task ForgetAsync();
}
