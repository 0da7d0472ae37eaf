using System.Runtime.CompilerServices;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Options;
using Orleans;
using Orleans.Hosting;
using Orleans.Hosting.Kubernetes;
using Orleans.Runtime;

namespace Cano.Tests.Kubernetes;

/// <summary>The line of docs/kubernetes.md for a host whose silos watch pods.</summary>
public sealed class PodWatchingTests
{
    [Fact]
    public void Line_OfThePage_IsCompiledAndRegistersWhatWatchesPods()
    {
        Action<CanoBuilder> line = Documented(cano => cano.Services.UseKubernetesHosting());
        HostApplicationBuilder builder = new();
        builder.UseOrleans(silo => silo.UseLocalhostClustering().AddCano(line));

        using IHost host = builder.Build();

        Assert.Contains(
            builder.Services,
            service => service is { IsKeyedService: false } && service.ServiceType == typeof(ILifecycleParticipant<ISiloLifecycle>) && service.ImplementationType == typeof(KubernetesClusterAgent));
        Assert.NotEmpty(host.Services.GetServices<IValidateOptions<KubernetesHostingOptions>>());
    }

    [Fact]
    public async Task Overlay_WithTheComponent_HasTheLabelsAndVariablesThatItReads()
    {
        Manifests manifests = await Overlays.BuildAsync(Overlays.Watching);

        string[] labels = [KubernetesHostingOptions.ClusterIdLabel, KubernetesHostingOptions.ServiceIdLabel];
        string[] variables =
        [
            KubernetesHostingOptions.PodNameEnvironmentVariable, KubernetesHostingOptions.PodNamespaceEnvironmentVariable, KubernetesHostingOptions.PodIPEnvironmentVariable,
            KubernetesHostingOptions.ClusterIdEnvironmentVariable, KubernetesHostingOptions.ServiceIdEnvironmentVariable,
        ];
        Assert.All(labels, label => Assert.Contains(label, manifests.PodLabels));
        Assert.All(variables, name => Assert.Contains(manifests.Silo.Env, variable => variable.Name == name));
    }

    private static Action<CanoBuilder> Documented(Action<CanoBuilder> configure, [CallerArgumentExpression(nameof(configure))] string text = "")
    {
        Assert.Contains($"return await CanoHost.RunAsync(args, {text});", KubernetesPage.Text, StringComparison.Ordinal);
        return configure;
    }
}
