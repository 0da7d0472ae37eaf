using System.Globalization;
using k8s.Models;

namespace Cano.Tests.Kubernetes;

/// <summary>The pods of each overlay: what they may do, what they are asked, and how they end.</summary>
public sealed class PodTests
{
    public static TheoryData<string> Names => Overlays.All;

    /// <summary>The profile "restricted" of the pod security standards, which the namespace demands, and a root file system that can't be written.</summary>
    [Theory]
    [MemberData(nameof(Names))]
    public async Task Pod_OfEachOverlay_MeetsTheRestrictedStandard(string overlay)
    {
        Manifests manifests = await Overlays.BuildAsync(overlay);

        Assert.Equal("restricted", manifests.One<V1Namespace>().Metadata.Labels["pod-security.kubernetes.io/enforce"]);
        MeetsTheRestrictedStandard(manifests.Pod);
        Assert.All(manifests.Containers, container => Assert.True(container.SecurityContext.ReadOnlyRootFilesystem));
    }

    internal static void MeetsTheRestrictedStandard(V1PodSpec pod)
    {
        Assert.True(pod.HostNetwork is not true && pod.HostPID is not true && pod.HostIPC is not true);
        Assert.True(pod.SecurityContext.RunAsNonRoot);
        Assert.True(pod.SecurityContext.RunAsUser > 0);
        Assert.Equal("RuntimeDefault", pod.SecurityContext.SeccompProfile.Type);
        Assert.All(pod.Volumes, volume => Assert.True(volume.EmptyDir is not null || volume.PersistentVolumeClaim is not null, volume.Name));
        Assert.All([.. pod.InitContainers ?? [], .. pod.Containers], container =>
        {
            V1SecurityContext security = container.SecurityContext;
            Assert.False(security.AllowPrivilegeEscalation);
            Assert.True(security.Privileged is not true && security.RunAsNonRoot is not false && security.RunAsUser is null or > 0);
            Assert.Equal(["ALL"], security.Capabilities.Drop);
            Assert.Null(security.Capabilities.Add);
        });
    }

    [Theory]
    [MemberData(nameof(Names))]
    public async Task Pod_OfEachOverlay_HasNoTokenAndNoVariablesOfServices(string overlay)
    {
        Manifests manifests = await Overlays.BuildAsync(overlay);

        V1ServiceAccount account = manifests.One<V1ServiceAccount>();
        Assert.Equal(account.Metadata.Name, manifests.Pod.ServiceAccountName);
        Assert.False(account.AutomountServiceAccountToken);
        Assert.False(manifests.Pod.AutomountServiceAccountToken);
        Assert.False(manifests.Pod.EnableServiceLinks);
    }

    [Theory]
    [MemberData(nameof(Names))]
    public async Task Containers_OfEachOverlay_RunOneImageAndMountVolumesThatAreThere(string overlay)
    {
        Manifests manifests = await Overlays.BuildAsync(overlay);

        Assert.Single(manifests.Containers.Select(container => container.Image).Distinct());
        Assert.All(manifests.Containers, container => Assert.Contains(container.VolumeMounts, mount => mount.MountPath == "/tmp"));
        Assert.All(manifests.Containers.SelectMany(container => container.VolumeMounts), mount => Assert.Contains(manifests.Pod.Volumes, volume => volume.Name == mount.Name));
        Assert.Equal(
            manifests.Of<V1PersistentVolumeClaim>().Select(claim => claim.Metadata.Name),
            manifests.Pod.Volumes.Where(volume => volume.PersistentVolumeClaim is not null).Select(volume => volume.PersistentVolumeClaim.ClaimName));
    }

    /// <summary>Memory is what is requested or, in a small cluster, bounded; the CPU of a silo never is.</summary>
    [Theory]
    [MemberData(nameof(Names))]
    public async Task Containers_OfEachOverlay_RequestWhatTheyNeed(string overlay)
    {
        Manifests manifests = await Overlays.BuildAsync(overlay);

        Assert.All(manifests.Containers, container =>
        {
            Assert.Empty(((string[])["cpu", "memory"]).Except(container.Resources.Requests.Keys));
            Assert.Contains("memory", container.Resources.Limits.Keys);
            Assert.DoesNotContain("cpu", container.Resources.Limits.Keys);
        });
    }

    /// <summary>Otherwise there is one heap for each CPU of the node, and those of all silos on it share the first CPUs. The runtime reads the number in hexadecimal.</summary>
    [Theory]
    [InlineData(Overlays.Production)]
    [InlineData(Overlays.Own)]
    public async Task Heaps_WithoutALimitOfCpu_AreFew(string overlay)
    {
        IDictionary<string, string> settings = (await Overlays.BuildAsync(overlay)).One<V1ConfigMap>().Data;

        Assert.InRange(int.Parse(settings["DOTNET_GCHeapCount"], NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture), 2, 8);
        Assert.Equal("1", settings["DOTNET_GCNoAffinitize"]);
    }

    /// <summary>A pod that writes more than it may is evicted, with all that runs on it.</summary>
    [Theory]
    [MemberData(nameof(Names))]
    public async Task Tmp_OfEachOverlay_HoldsAsManyLargeStartsAsTwoCallersMaySendAtOnce(string overlay)
    {
        Manifests manifests = await Overlays.BuildAsync(overlay);
        IDictionary<string, string> settings = manifests.One<V1ConfigMap>().Data;

        decimal caller = decimal.Parse(settings["Cano__Http__MaxStreamBytes"], CultureInfo.InvariantCulture) * int.Parse(settings["Cano__Http__StartsAtOnce"], CultureInfo.InvariantCulture);
        decimal room = manifests.Pod.Volumes.Single(volume => volume.Name == "tmp").EmptyDir.SizeLimit.ToDecimal();
        Assert.InRange(2 * caller, 1, room);
        if (manifests.Silo.Resources.Limits.TryGetValue("ephemeral-storage", out ResourceQuantity? limit))
        {
            Assert.True(limit.ToDecimal() > room);
            Assert.True(manifests.Silo.Resources.Requests["ephemeral-storage"].ToDecimal() >= caller);
        }
    }

    /// <summary>Kubernetes replaces only what stands before the variable that asks for it; the rest stays as it is written.</summary>
    [Theory]
    [MemberData(nameof(Names))]
    public async Task Telemetry_OfEachOverlay_SaysWhichPodOfWhichNamespace(string overlay)
    {
        Manifests manifests = await Overlays.BuildAsync(overlay);

        Dictionary<string, string> environment = ContainerEnvironment.Of(
            manifests, manifests.Silo, new Dictionary<string, Dictionary<string, string>> { ["cano-api-keys"] = [], ["cano-database"] = new() { ["connection-string"] = "" } });
        Assert.Equal($"k8s.pod.name=cano-0,k8s.namespace.name={manifests.One<V1Namespace>().Metadata.Name}", environment["OTEL_RESOURCE_ATTRIBUTES"]);
    }

    [Theory]
    [MemberData(nameof(Names))]
    public async Task Grace_OfEachOverlay_IsLongerThanTheHostTakesToStop(string overlay)
    {
        Manifests manifests = await Overlays.BuildAsync(overlay);

        TimeSpan handOver = TimeSpan.Parse(manifests.One<V1ConfigMap>().Data["Cano__HandOverGrace"], CultureInfo.InvariantCulture);
        TimeSpan before = TimeSpan.Parse(manifests.One<V1ConfigMap>().Data["Cano__Http__ShutdownDelay"], CultureInfo.InvariantCulture);
        TimeSpan longest = before + handOver + ServeCommand.Shutdown + ServeCommand.StopMargin;
        Assert.True(manifests.Pod.TerminationGracePeriodSeconds >= longest.TotalSeconds + 10, $"The host may take {longest} to stop.");
    }

    [Theory]
    [MemberData(nameof(Names))]
    public async Task Probes_OfEachOverlay_AskHttpAndWaitLongerThanTheHostDoes(string overlay)
    {
        V1Container silo = (await Overlays.BuildAsync(overlay)).Silo;

        Assert.All((V1Probe[])[silo.StartupProbe, silo.LivenessProbe, silo.ReadinessProbe], probe => Assert.Contains(silo.Ports, port => port.Name == probe.HttpGet.Port.Value));
        Assert.Equal(("/health/live", "/health/live", "/health/ready"), (silo.StartupProbe.HttpGet.Path, silo.LivenessProbe.HttpGet.Path, silo.ReadinessProbe.HttpGet.Path));

        // The host answers within two seconds when the database does not, and waits two minutes for database and cluster before it serves.
        Assert.True(silo.ReadinessProbe.TimeoutSeconds > 2);
        Assert.True(silo.StartupProbe.PeriodSeconds * silo.StartupProbe.FailureThreshold > 120);
    }
}
