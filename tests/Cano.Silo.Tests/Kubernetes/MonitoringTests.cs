using System.Text.Json;
using Cano.Tests.Packaging;
using k8s;
using k8s.Models;

namespace Cano.Tests.Kubernetes;

/// <summary>What the component for the Prometheus Operator says, against the Service and the rules that it is about.</summary>
public sealed class MonitoringTests
{
    /// <summary>The rules' expressions are checked against a real Prometheus in <see cref="Telemetry.PrometheusTests"/>.</summary>
    [Fact]
    public async Task Rules_OfTheComponent_AreThoseOfPrometheus()
    {
        string file = await File.ReadAllTextAsync(Path.Combine(DotnetProgram.Clone(), "deploy", "prometheus", "cano.rules.yml"), TestContext.Current.CancellationToken);

        RuleGroups rules = KubernetesYaml.Deserialize<RuleGroups>(file, strict: true);
        RuleGroups deployed = (await Overlays.BuildAsync(Overlays.Own)).One<PrometheusRule>().Spec;

        Assert.NotEmpty(rules.Groups.Single().Rules);
        Assert.Equal(JsonSerializer.Serialize(rules), JsonSerializer.Serialize(deployed));
    }

    [Fact]
    public async Task ServiceMonitor_TakesTheHttpServiceAlone_AndItsPort()
    {
        Manifests manifests = await Overlays.BuildAsync(Overlays.Own);
        ServiceMonitor monitor = manifests.One<ServiceMonitor>();

        V1Service service = manifests.Of<V1Service>().Single(service => monitor.Spec.Selector.MatchLabels.All(label => service.Metadata.Labels.Contains(label)));
        MonitoredEndpoint endpoint = monitor.Spec.Endpoints.Single();
        Assert.Equal("cano", service.Metadata.Name);
        Assert.Contains(service.Spec.Ports, port => port.Name == endpoint.Port);
        Assert.Equal(("/metrics", "Bearer"), (endpoint.Path, endpoint.Authorization!.Type));
    }
}
