namespace Cano.CrashHost;

public enum SharingState { Share, Done }

public sealed record SharingParams;

/// <summary>A workflow that is in calls of its batch's shared store for as long as its process lives, whatever its token says.</summary>
public static class Sharing
{
    public static WorkflowKey<SharingState, SharingParams> Key { get; } = new("test.sharing");

    internal static void Define(WorkflowBuilder<SharingState, SharingParams> workflow) => workflow
        .Start(SharingState.Share)
        .RegisterNode(SharingState.Share, ShareAsync, NodeConfig.Minimal)
        .AddExitStates(SharingState.Done);

    private static async ValueTask<SharingState> ShareAsync(WorkflowContext<SharingParams> context, CancellationToken cancellationToken)
    {
        for (int round = 0; ; round++)
        {
            await context.SharedStore.PutAsync(context.InstanceId, round, CancellationToken.None);
        }
    }
}
