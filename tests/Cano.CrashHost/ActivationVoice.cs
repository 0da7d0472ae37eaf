using Microsoft.Extensions.DependencyInjection;
using Orleans.Runtime;

namespace Cano.CrashHost;

/// <summary>
/// Tells on standard error when an activation of an instance, a partition or a batch comes (<c>up KEY ACTIVATION</c>), must go (<c>leaves
/// KEY ACTIVATION</c>) and is gone
/// (<c>gone KEY ACTIVATION</c>), for tests that ask where something ran twice. Off unless the environment asks for it: these are many
/// lines.
/// </summary>
internal sealed class ActivationVoice : IActivationWorkingSetObserver
{
    internal const string Variable = "CANO_TEST_ACTIVATIONS";

    public void OnAdded(IActivationWorkingSetMember member) => Tell("up", member);

    public void OnDeactivating(IActivationWorkingSetMember member) => Tell("leaves", member);

    public void OnDeactivated(IActivationWorkingSetMember member) => Tell("gone", member);

    internal static void AddTo(IServiceCollection services)
    {
        if (Environment.GetEnvironmentVariable(Variable) is not null)
        {
            services.AddSingleton<IActivationWorkingSetObserver, ActivationVoice>();
        }
    }

    private static void Tell(string what, IActivationWorkingSetMember member)
    {
        if (member is IGrainContext context && context.GrainId.Type.ToString() is "workflow" or "partition" or "batch")
        {
            Console.Error.WriteLine($"{what} {context.GrainId} {context.ActivationId}");
        }
    }
}
