using k8s.Models;

namespace Cano.Tests.Kubernetes;

/// <summary>The environment that Kubernetes would give a container, with values in the place of what only a cluster has.</summary>
internal static class ContainerEnvironment
{
    /// <summary>All variables of a container. What <c>env</c> says overrules what <c>envFrom</c> has.</summary>
    /// <param name="manifests">Where its ConfigMaps are.</param>
    /// <param name="container">The container.</param>
    /// <param name="secrets">The content of the Secrets by name, which no manifest has.</param>
    /// <param name="podName">What the downward API says that the pod is called.</param>
    /// <param name="podAddress">The address that it says the pod has.</param>
    internal static Dictionary<string, string> Of(
        Manifests manifests, V1Container container, IReadOnlyDictionary<string, Dictionary<string, string>> secrets, string podName = "cano-0", string podAddress = "127.0.0.1")
    {
        Dictionary<string, string> pod = new()
        {
            ["metadata.name"] = podName,
            ["metadata.namespace"] = manifests.Deployment.Metadata.NamespaceProperty,
            ["status.podIP"] = podAddress,
        };
        foreach ((string name, string value) in manifests.PodLabels)
        {
            pod[$"metadata.labels['{name}']"] = value;
        }

        Dictionary<string, string> variables = [];
        foreach (V1EnvFromSource source in container.EnvFrom ?? [])
        {
            IDictionary<string, string> from = source.ConfigMapRef is { } map ? manifests.Named<V1ConfigMap>(map.Name).Data : secrets[source.SecretRef.Name];
            foreach ((string name, string value) in from)
            {
                variables[name] = value;
            }
        }

        foreach (V1EnvVar variable in container.Env ?? [])
        {
            variables[variable.Name] = ValueOf(variable, pod, variables, secrets);
        }

        return variables;
    }

    private static string ValueOf(
        V1EnvVar variable, Dictionary<string, string> pod, Dictionary<string, string> before, IReadOnlyDictionary<string, Dictionary<string, string>> secrets) => variable.ValueFrom switch
        {
            { FieldRef: { } field } => pod[field.FieldPath],
            { SecretKeyRef: { } secret } => secrets[secret.Name][secret.Key],
            null => before.Aggregate(variable.Value, (value, known) => value.Replace($"$({known.Key})", known.Value, StringComparison.Ordinal)),
            _ => throw new InvalidOperationException($"{variable.Name} comes from something that this test does not know."),
        };
}
