using System.Globalization;
using k8s.Models;
using Npgsql;

namespace Cano.Tests.Kubernetes;

/// <summary>Who reaches the silos, and how many there are: whatever selects pods selects these, and ports have the names and numbers that the silo listens on.</summary>
public sealed class NetworkTests
{
    public static TheoryData<string> Names => Overlays.All;

    public static TheoryData<string> Clusters => [Overlays.Production, Overlays.Own];

    [Theory]
    [MemberData(nameof(Names))]
    public async Task Selectors_OfEachOverlay_TakeTheSilos(string overlay)
    {
        Manifests manifests = await Overlays.BuildAsync(overlay);

        Assert.True(manifests.Selects(manifests.Deployment.Spec.Selector.MatchLabels));
        Assert.All(manifests.Of<V1Service>(), service => Assert.True(manifests.Selects(service.Spec.Selector), service.Metadata.Name));
        Assert.All(manifests.Of<V1NetworkPolicy>(), policy => Assert.True(manifests.Selects(policy.Spec.PodSelector.MatchLabels), policy.Metadata.Name));
        Assert.All(manifests.Of<V1PodDisruptionBudget>(), budget => Assert.True(manifests.Selects(budget.Spec.Selector.MatchLabels), budget.Metadata.Name));
        Assert.All(manifests.Pod.TopologySpreadConstraints ?? [], spread => Assert.True(manifests.Selects(spread.LabelSelector.MatchLabels), spread.TopologyKey));

        // Counted with those that go, the new ones of a roll-out end up beside each other.
        Assert.All(manifests.Pod.TopologySpreadConstraints ?? [], spread => Assert.Equal(["pod-template-hash"], spread.MatchLabelKeys));
    }

    [Theory]
    [MemberData(nameof(Names))]
    public async Task Ports_OfServicesAndPolicies_AreThoseOfTheContainer(string overlay)
    {
        Manifests manifests = await Overlays.BuildAsync(overlay);

        IEnumerable<string> used = manifests.Of<V1Service>().SelectMany(service => service.Spec.Ports).Select(port => port.TargetPort.Value)
            .Concat(manifests.Of<V1NetworkPolicy>().SelectMany(policy => policy.Spec.Ingress ?? []).SelectMany(rule => rule.Ports).Select(port => port.Port.Value));
        Assert.All(used, name => Assert.Contains(manifests.Silo.Ports, port => port.Name == name));
        Assert.Equal(["serve", "--urls", $"http://*:{PortOf(manifests, "http")}"], manifests.Silo.Args);
    }

    /// <summary>Without any other policy nothing comes in.</summary>
    [Theory]
    [MemberData(nameof(Names))]
    public async Task Policies_OfEachOverlay_LetInNobodyWhoIsNotNamed(string overlay)
    {
        Manifests manifests = await Overlays.BuildAsync(overlay);

        Assert.All(manifests.Of<V1NetworkPolicy>(), policy => Assert.Equal(["Ingress"], policy.Spec.PolicyTypes));
        Assert.Null(manifests.Named<V1NetworkPolicy>("cano").Spec.Ingress);
        Assert.All(manifests.Of<V1NetworkPolicy>().SelectMany(policy => policy.Spec.Ingress ?? []), rule =>
        {
            Assert.NotEmpty(rule.Ports);
            Assert.NotEmpty(rule.FromProperty);
            Assert.All(rule.FromProperty, peer => Assert.NotEmpty((peer.PodSelector ?? peer.NamespaceSelector).MatchLabels));
        });
    }

    [Theory]
    [MemberData(nameof(Clusters))]
    public async Task SiloPort_IsForSilosOnlyAndGatewayForClientsOnly(string overlay)
    {
        Manifests manifests = await Overlays.BuildAsync(overlay);
        IDictionary<string, string> settings = manifests.One<V1ConfigMap>().Data;

        Assert.Equal((settings["Cano__SiloPort"], settings["Cano__GatewayPort"]), (PortOf(manifests, "silo"), PortOf(manifests, "gateway")));
        V1NetworkPolicyIngressRule silo = RulesFor(manifests, "silo").Single();
        V1NetworkPolicyIngressRule gateway = RulesFor(manifests, "gateway").Single();
        Assert.True(manifests.Selects(silo.FromProperty.Single().PodSelector.MatchLabels));
        Assert.False(manifests.Selects(gateway.FromProperty.Single().PodSelector.MatchLabels));
        Assert.Equal(settings["Cano__GatewayPort"], manifests.Named<V1Service>("cano-gateway").Spec.Ports.Single().Port.ToString(CultureInfo.InvariantCulture));
        Assert.Equal("None", manifests.Named<V1Service>("cano-gateway").Spec.ClusterIP);
        Assert.NotEqual("None", manifests.Named<V1Service>("cano").Spec.ClusterIP);
    }

    [Theory]
    [MemberData(nameof(Clusters))]
    public async Task Rollout_AddsASiloBeforeOneGoes_AndFitsTheConnectionsOfPostgres(string overlay)
    {
        Manifests manifests = await Overlays.BuildAsync(overlay);
        V1RollingUpdateDeployment update = manifests.Deployment.Spec.Strategy.RollingUpdate;
        V2HorizontalPodAutoscaler scaler = manifests.One<V2HorizontalPodAutoscaler>();

        Assert.Equal(("0", "1"), (update.MaxUnavailable.Value, update.MaxSurge.Value));
        Assert.Equal((manifests.Deployment.Kind, manifests.Deployment.Metadata.Name), (scaler.Spec.ScaleTargetRef.Kind, scaler.Spec.ScaleTargetRef.Name));
        Assert.Null(manifests.Deployment.Spec.Replicas);

        // Two must agree that a third is dead.
        Assert.True(scaler.Spec.MinReplicas >= 3);

        // A pod that ends is no longer counted, so that there is one more than the surge. PostgreSQL keeps 3 of its 100 connections for administrators; a few are for clients.
        NpgsqlConnectionStringBuilder documented = new(KubernetesPage.SiloConnectionString);
        Assert.InRange((scaler.Spec.MaxReplicas + 2) * documented.MaxPoolSize, 1, 97 - 10);
        Assert.Equal("1", manifests.One<V1PodDisruptionBudget>().Spec.MaxUnavailable.Value);
    }

    [Fact]
    public async Task Dev_OnAVolumeOfOneProcess_EndsTheOldSiloBeforeTheNewOne()
    {
        Manifests manifests = await Overlays.BuildAsync(Overlays.Dev);

        Assert.Equal(1, manifests.Deployment.Spec.Replicas);
        Assert.Equal("Recreate", manifests.Deployment.Spec.Strategy.Type);
        Assert.Contains(manifests.Silo.VolumeMounts, mount => mount.MountPath == manifests.One<V1ConfigMap>().Data["Cano__Storage__Folder"]);
    }

    private static string PortOf(Manifests manifests, string name) =>
        manifests.Silo.Ports.Single(port => port.Name == name).ContainerPort.ToString(CultureInfo.InvariantCulture);

    private static IEnumerable<V1NetworkPolicyIngressRule> RulesFor(Manifests manifests, string port) =>
        manifests.Of<V1NetworkPolicy>().SelectMany(policy => policy.Spec.Ingress ?? []).Where(rule => rule.Ports.Any(one => one.Port.Value == port));
}
