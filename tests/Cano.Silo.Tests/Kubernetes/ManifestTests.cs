using k8s;
using k8s.Models;
using YamlDotNet.Core;

namespace Cano.Tests.Kubernetes;

/// <summary>What <c>kubectl kustomize</c> makes of each overlay, against the schemas of Kubernetes.</summary>
public sealed class ManifestTests
{
    public static TheoryData<string> Names => Overlays.All;

    [Theory]
    [MemberData(nameof(Names))]
    public async Task Overlay_Built_HasObjectsOfKnownShapeInOneNamespace(string overlay)
    {
        Manifests manifests = await Overlays.BuildAsync(overlay);

        string space = manifests.One<V1Namespace>().Metadata.Name;
        Assert.All(manifests.All.Where(one => one is not V1Namespace), one => Assert.Equal(space, one.Metadata.NamespaceProperty));
        Assert.Distinct(manifests.All.Select(one => (one.Kind, one.Metadata.Name)));
        Assert.All(manifests.All.Where(one => one is not V1Namespace), one => Assert.Equal("cano", one.Metadata.Labels["app.kubernetes.io/name"]));
    }

    /// <summary>The proof that the test above would see a mistake.</summary>
    [Theory]
    [InlineData(Overlays.Dev, "terminationGracePeriodSeconds: 60", "terminationGracePeriod: 60")]
    [InlineData(Overlays.Dev, "failureThreshold: 90", "failureThreshold: often")]
    [InlineData(Overlays.Production, "maxReplicas: 4", "maximumReplicas: 4")]
    [InlineData(Overlays.Production, "enableServiceLinks: false", "enableServiceLinks: false\n      enableServiceLinks: true")]
    [InlineData(Overlays.Own, "endpoints:", "endpoint:")]
    public async Task Parse_OfAMistake_IsRefused(string overlay, string text, string mistake)
    {
        string yaml = await Overlays.YamlAsync(overlay);
        Assert.Contains(text, yaml, StringComparison.Ordinal);

        Assert.ThrowsAny<YamlException>(() => Manifests.Parse(yaml.Replace(text, mistake, StringComparison.Ordinal)));
    }

    [Fact]
    public async Task Own_WithMonitoring_HasWhatProductionHasAndWhatPrometheusNeeds()
    {
        Manifests production = await Overlays.BuildAsync(Overlays.Production);
        Manifests own = await Overlays.BuildAsync(Overlays.Own);

        Assert.Equal(["PrometheusRule/cano", "ServiceMonitor/cano"], own.Titles.Except(production.Titles).Order(StringComparer.Ordinal));
        Assert.NotEqual(production.One<V1Namespace>().Metadata.Name, own.One<V1Namespace>().Metadata.Name);
        Assert.NotEqual(production.Silo.Image, own.Silo.Image);
    }

    /// <summary>Only those silos have a token, and with it rights over the pods of their namespace alone.</summary>
    [Fact]
    public async Task Watching_WithItsComponent_HasATokenAndTheRightsThatOrleansAsksFor()
    {
        Manifests production = await Overlays.BuildAsync(Overlays.Production);
        Manifests watching = await Overlays.BuildAsync(Overlays.Watching);

        V1PolicyRule rule = watching.One<V1Role>().Rules.Single();
        V1RoleBinding binding = watching.One<V1RoleBinding>();
        Assert.Equal((false, true), (production.Pod.AutomountServiceAccountToken, watching.Pod.AutomountServiceAccountToken));
        Assert.Equal(["Role/cano", "RoleBinding/cano"], watching.Titles.Except(production.Titles).Order(StringComparer.Ordinal));
        Assert.Equal("/pods: get list watch patch delete", $"{rule.ApiGroups.Single()}/{rule.Resources.Single()}: {string.Join(' ', rule.Verbs)}");
        Assert.Equal(("Role", watching.One<V1Role>().Metadata.Name), (binding.RoleRef.Kind, binding.RoleRef.Name));
        Assert.Equal([(watching.Pod.ServiceAccountName, watching.Deployment.Metadata.NamespaceProperty)], binding.Subjects.Select(subject => (subject.Name, subject.NamespaceProperty)));
    }
}
