using System.Reflection;
using System.Text.RegularExpressions;
using k8s.Models;

namespace Cano.Tests.Kubernetes;

/// <summary>The variables that the overlays set are settings that the host reads.</summary>
public sealed partial class SettingTests
{
    /// <summary>What others read (OpenTelemetry's SDK, Microsoft.Extensions.Configuration, ASP.NET Core, the runtime, Orleans' hosting package), and <see cref="PodIdentity"/> with it.</summary>
    private static readonly string[] s_others =
    [
        "OTEL_RESOURCE_ATTRIBUTES", "ConnectionStrings__Cano", "ASPNETCORE_FORWARDEDHEADERS_ENABLED", "DOTNET_GCHeapCount", "DOTNET_GCNoAffinitize",
        "POD_NAMESPACE", "POD_NAME", "POD_IP", "ORLEANS_CLUSTER_ID", "ORLEANS_SERVICE_ID",
    ];

    public static TheoryData<string> Names => Overlays.All;

    [Theory]
    [MemberData(nameof(Names))]
    public async Task Variables_OfEachOverlay_AreSettingsOfTheHost(string overlay)
    {
        Manifests manifests = await Overlays.BuildAsync(overlay);

        string[] variables =
        [
            .. manifests.Of<V1ConfigMap>().SelectMany(map => map.Data.Keys),
            .. manifests.Containers.SelectMany(container => container.Env ?? []).Select(variable => variable.Name),
        ];
        Assert.All(variables.Except(s_others), variable => Assert.Contains(variable.Replace("__", ":", StringComparison.Ordinal), HostSettings.Keys));
    }

    [Theory]
    [MemberData(nameof(Names))]
    public async Task ConfigMap_OfEachOverlay_IsReadByItsContainersAndNamedByItsContent(string overlay)
    {
        Manifests manifests = await Overlays.BuildAsync(overlay);

        string name = manifests.One<V1ConfigMap>().Metadata.Name;
        Assert.Matches("^cano-settings-[a-z0-9]{10}$", name);
        Assert.All(manifests.Containers, container => Assert.Contains(container.EnvFrom, source => source.ConfigMapRef?.Name == name));
    }

    /// <summary>What no manifest has is for a person to make, who is told how.</summary>
    [Theory]
    [MemberData(nameof(Names))]
    public async Task Secrets_OfEachOverlay_AreMadeInTheDocumentation(string overlay)
    {
        Manifests manifests = await Overlays.BuildAsync(overlay);

        V1SecretKeySelector[] keys =
        [
            .. manifests.Containers.SelectMany(container => container.Env ?? []).Select(variable => variable.ValueFrom?.SecretKeyRef).OfType<V1SecretKeySelector>(),
            .. manifests.Of<ServiceMonitor>().SelectMany(monitor => monitor.Spec.Endpoints).Select(endpoint => endpoint.Authorization!.Credentials),
        ];
        Assert.Empty(manifests.Of<V1Secret>());
        Assert.All(keys, key => Assert.Matches($@"create secret generic {key.Name} (?:[^\n]*\\\n)*[^\n]*--from-literal={key.Key}=", KubernetesPage.Text));
        Assert.All(
            manifests.Containers.SelectMany(container => container.EnvFrom).Select(source => source.SecretRef).OfType<V1SecretEnvSource>(),
            secret => Assert.Contains($"create secret generic {secret.Name} ", KubernetesPage.Text, StringComparison.Ordinal));
    }

    [Fact]
    public void Keys_MadeInTheDocumentation_AreSettingsOfTheHost()
    {
        string[] keys = [.. Literal().Matches(KubernetesPage.Text).Select(literal => literal.Groups["part"].Value)];

        Assert.NotEmpty(keys);
        Assert.Empty(keys.Except(typeof(ApiKeyOptions).GetProperties(BindingFlags.Instance | BindingFlags.Public).Select(property => property.Name)));
    }

    /// <summary>The page explains each, but for those that its own example adds.</summary>
    [Theory]
    [InlineData(Overlays.Dev)]
    [InlineData(Overlays.Production)]
    public async Task Settings_OfEachOverlay_AreInTheDocumentation(string overlay)
    {
        Manifests manifests = await Overlays.BuildAsync(overlay);

        Assert.All(
            manifests.Of<V1ConfigMap>().SelectMany(map => map.Data.Keys).Concat(manifests.Silo.Env.Select(variable => variable.Name)),
            variable => Assert.Contains($"| `{variable}` |", KubernetesPage.Text, StringComparison.Ordinal));
    }

    [GeneratedRegex("--from-literal=Cano__Http__ApiKeys__[0-9]+__(?<part>[A-Za-z]+)=")]
    private static partial Regex Literal();
}
