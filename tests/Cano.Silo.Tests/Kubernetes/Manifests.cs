using k8s;
using k8s.Models;

namespace Cano.Tests.Kubernetes;

/// <summary>Objects of Kubernetes, each parsed as its type in strict mode: a field that the type does not have, or one that is there twice, is an error.</summary>
internal sealed class Manifests
{
    private static readonly Dictionary<string, Type> s_operator = new()
    {
        ["monitoring.coreos.com/v1/ServiceMonitor"] = typeof(ServiceMonitor),
        ["monitoring.coreos.com/v1/PrometheusRule"] = typeof(PrometheusRule),
    };

    private Manifests(IEnumerable<object> objects) => All = [.. objects.Cast<IKubernetesObject<V1ObjectMeta>>()];

    internal IReadOnlyList<IKubernetesObject<V1ObjectMeta>> All { get; }

    internal V1Deployment Deployment => One<V1Deployment>();

    internal V1PodSpec Pod => Deployment.Spec.Template.Spec;

    internal IDictionary<string, string> PodLabels => Deployment.Spec.Template.Metadata.Labels;

    internal V1Container Silo => Pod.Containers.Single();

    /// <summary>All containers, those that run before the silo first.</summary>
    internal IEnumerable<V1Container> Containers => [.. Pod.InitContainers ?? [], .. Pod.Containers];

    /// <summary>Kind and name of each, without those whose name an overlay changes.</summary>
    internal IEnumerable<string> Titles => All.Where(one => one is not (V1Namespace or V1ConfigMap)).Select(one => $"{one.Kind}/{one.Metadata.Name}");

    internal static Manifests Parse(string yaml) => new(KubernetesYaml.LoadAllFromString(yaml, s_operator, strict: true));

    internal T One<T>() => Of<T>().Single();

    internal T Named<T>(string name)
        where T : IKubernetesObject<V1ObjectMeta> => Of<T>().Single(one => one.Metadata.Name == name);

    internal IEnumerable<T> Of<T>() => All.OfType<T>();

    /// <summary>Whether a selector takes the pods of the silos.</summary>
    internal bool Selects(IDictionary<string, string> labels) => labels.Count > 0 && labels.All(label => PodLabels.TryGetValue(label.Key, out string? value) && value == label.Value);
}
