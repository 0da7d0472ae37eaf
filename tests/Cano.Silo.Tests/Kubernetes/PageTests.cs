using System.Globalization;
using System.Text.RegularExpressions;
using k8s.Models;
using Npgsql;

namespace Cano.Tests.Kubernetes;

/// <summary>What <c>docs/kubernetes.md</c> shows, against the overlays that it is for.</summary>
public sealed partial class PageTests
{
    [Fact]
    public void Objects_ShownInTheDocumentation_AreOfKnownShape()
    {
        Assert.NotEmpty(KubernetesPage.Objects);
        Assert.All(KubernetesPage.Objects, yaml => Assert.NotEmpty(Manifests.Parse(yaml).All));
    }

    /// <summary>Each file and line that the page shows for an overlay of one's own does what the page says of it.</summary>
    [Fact]
    public async Task Extended_WithAllThatTheDocumentationShows_HasWhatEachIsFor()
    {
        Manifests own = await Overlays.BuildAsync(Overlays.Own);
        Manifests extended = await Overlays.BuildAsync(Overlays.Extended);

        Assert.Empty(extended.Of<V1Namespace>());
        Assert.Equal(
            ["NetworkPolicy/cano-clients-elsewhere", "NetworkPolicy/cano-load-balancer", "NetworkPolicy/cano-outward"], extended.Titles.Except(own.Titles).Order(StringComparer.Ordinal));
        Assert.All(extended.Of<V1NetworkPolicy>(), policy => Assert.True(extended.Selects(policy.Spec.PodSelector.MatchLabels), policy.Metadata.Name));
        Assert.Equal("cano_instance_running", extended.One<V2HorizontalPodAutoscaler>().Spec.Metrics.Single().Pods.Metric.Name);
        Assert.Equal(own.One<V2HorizontalPodAutoscaler>().Spec.MaxReplicas, extended.One<V2HorizontalPodAutoscaler>().Spec.MaxReplicas);
        Assert.All(extended.Containers, container => Assert.Equal(
            ["/etc/cano", "/tmp"], container.VolumeMounts.Select(mount => mount.MountPath).Order(StringComparer.Ordinal)));
        Assert.Contains($"create configmap {extended.Pod.Volumes.Single(volume => volume.ConfigMap is not null).ConfigMap.Name} --from-file=db-ca.crt", KubernetesPage.Text, StringComparison.Ordinal);
        Assert.Equal("monitoring", extended.One<ServiceMonitor>().Metadata.Labels["release"]);
        Assert.Equal("monitoring", extended.One<PrometheusRule>().Metadata.Labels["release"]);
        Assert.DoesNotContain("release", extended.PodLabels.Keys);
    }

    [Fact]
    public async Task Certificate_ShownInTheDocumentation_IsLookedForWhereItIsMounted()
    {
        Manifests extended = await Overlays.BuildAsync(Overlays.Extended);

        NpgsqlConnectionStringBuilder verified = new(Verified().Match(KubernetesPage.Text).Value);
        Assert.Equal(SslMode.VerifyFull, verified.SslMode);
        Assert.All(extended.Containers, container => Assert.Contains(container.VolumeMounts, mount => $"{mount.MountPath}/db-ca.crt" == verified.RootCertificate));
    }

    /// <summary>What goes out is let go to where the silos and the database are.</summary>
    [Fact]
    public async Task Outward_ShownInTheDocumentation_LetsSilosReachSilosAndNames()
    {
        Manifests extended = await Overlays.BuildAsync(Overlays.Extended);

        V1NetworkPolicySpec outward = extended.Named<V1NetworkPolicy>("cano-outward").Spec;
        Assert.Equal(["Egress"], outward.PolicyTypes);
        Assert.Equal(["53", "53", extended.One<V1ConfigMap>().Data["Cano__SiloPort"], "5432"], outward.Egress.SelectMany(rule => rule.Ports).Select(port => port.Port.Value));
        Assert.True(extended.Selects(outward.Egress.SelectMany(rule => rule.To).Single(to => to.PodSelector is not null).PodSelector.MatchLabels));
    }

    /// <summary>The pod that copies the volume of dev runs where the silo does, and meets what the namespace demands.</summary>
    [Fact]
    public async Task Copier_ShownInTheDocumentation_MeetsTheRestrictedStandardAndMountsTheClaim()
    {
        Manifests dev = await Overlays.BuildAsync(Overlays.Dev);
        V1Pod copier = KubernetesPage.Objects.SelectMany(yaml => Manifests.Parse(yaml).All).OfType<V1Pod>().Single();

        PodTests.MeetsTheRestrictedStandard(copier.Spec);
        Assert.Equal(dev.Deployment.Metadata.NamespaceProperty, copier.Metadata.NamespaceProperty);
        Assert.Equal(dev.One<V1PersistentVolumeClaim>().Metadata.Name, copier.Spec.Volumes.Single().PersistentVolumeClaim.ClaimName);
        Assert.Equal(dev.Pod.SecurityContext.RunAsUser, copier.Spec.SecurityContext.RunAsUser);
    }

    /// <summary>The namespace is made before the Secrets, as the overlay will leave it.</summary>
    [Fact]
    public async Task Namespace_MadeInTheDocumentation_HasTheLabelsOfTheOverlay()
    {
        V1ObjectMeta space = (await Overlays.BuildAsync(Overlays.Own)).One<V1Namespace>().Metadata;

        Assert.Contains($"kubectl create namespace {space.Name}\n", KubernetesPage.Text, StringComparison.Ordinal);
        Assert.Contains($"kubectl label namespace {space.Name} {string.Join(' ', space.Labels.Select(label => $"{label.Key}={label.Value}"))}\n", KubernetesPage.Text, StringComparison.Ordinal);
    }

    /// <summary>The ingress passes on as much as a silo takes.</summary>
    [Fact]
    public async Task Ingress_ShownInTheDocumentation_TakesBodiesAsLargeAsTheSilosDoAndLeadsToTheService()
    {
        Manifests own = await Overlays.BuildAsync(Overlays.Own);
        V1Ingress ingress = KubernetesPage.Objects.SelectMany(yaml => Manifests.Parse(yaml).All).OfType<V1Ingress>().Single();

        V1IngressServiceBackend backend = ingress.Spec.Rules.Single().Http.Paths.Single().Backend.Service;
        long most = long.Parse(own.One<V1ConfigMap>().Data["Cano__Http__MaxStreamBytes"], CultureInfo.InvariantCulture);
        Assert.Equal($"{most >> 20}m", ingress.Metadata.Annotations["nginx.ingress.kubernetes.io/proxy-body-size"]);
        Assert.NotEmpty(ingress.Spec.IngressClassName);
        Assert.Equal((own.Deployment.Metadata.NamespaceProperty, "cano"), (ingress.Metadata.NamespaceProperty, backend.Name));
        Assert.Contains(own.Named<V1Service>("cano").Spec.Ports, port => port.Name == backend.Port.Name);
    }

    /// <summary><c>scale</c> answers at once: a database that is still in use can't be dropped, nor a volume that is still mounted be copied.</summary>
    [Fact]
    public void Commands_ThatEndTheSilos_WaitUntilTheyAreGone()
    {
        Match[] ends = Ended().Matches(KubernetesPage.Text).ToArray();

        Assert.Equal(2, ends.Length);
        Assert.All(ends, end => Assert.Matches(@"^&&\n  kubectl -n (batches|cano-dev) wait --for=delete pod -l app\.kubernetes\.io/component=silo --timeout=[0-9]+s &&$", end.Groups["next"].Value));
    }

    [GeneratedRegex("SSL Mode=[^`]+")]
    private static partial Regex Verified();

    [GeneratedRegex(@"--replicas=0(?: (?<next>.*\n.*))?\n")]
    private static partial Regex Ended();
}
