using k8s;
using k8s.Models;

namespace Cano.Tests.Kubernetes;

/// <summary>The Prometheus Operator's <c>ServiceMonitor</c>, as far as the manifests use it: no package has its types.</summary>
internal sealed class ServiceMonitor : IKubernetesObject<V1ObjectMeta>
{
    public string ApiVersion { get; set; } = "";

    public string Kind { get; set; } = "";

    public V1ObjectMeta Metadata { get; set; } = new();

    public ServiceMonitorSpec Spec { get; set; } = new();
}

internal sealed class ServiceMonitorSpec
{
    public V1LabelSelector Selector { get; set; } = new();

    public List<MonitoredEndpoint> Endpoints { get; set; } = [];
}

internal sealed class MonitoredEndpoint
{
    public string Port { get; set; } = "";

    public string Path { get; set; } = "";

    public string Interval { get; set; } = "";

    public MonitoringAuthorization? Authorization { get; set; }
}

internal sealed class MonitoringAuthorization
{
    public string Type { get; set; } = "";

    public V1SecretKeySelector Credentials { get; set; } = new();
}

/// <summary>The Prometheus Operator's <c>PrometheusRule</c>.</summary>
internal sealed class PrometheusRule : IKubernetesObject<V1ObjectMeta>
{
    public string ApiVersion { get; set; } = "";

    public string Kind { get; set; } = "";

    public V1ObjectMeta Metadata { get; set; } = new();

    public RuleGroups Spec { get; set; } = new();
}

/// <summary>A file of rules of Prometheus.</summary>
internal sealed class RuleGroups
{
    public List<RuleGroup> Groups { get; set; } = [];
}

internal sealed class RuleGroup
{
    public string Name { get; set; } = "";

    public List<AlertRule> Rules { get; set; } = [];
}

internal sealed class AlertRule
{
    public string Alert { get; set; } = "";

    public string Expr { get; set; } = "";

    public string For { get; set; } = "";

    public SortedDictionary<string, string> Labels { get; set; } = [];

    public SortedDictionary<string, string> Annotations { get; set; } = [];
}
