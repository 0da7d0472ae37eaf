using k8s.Models;

namespace Cano.Tests.Kubernetes;

/// <summary>The environment that Kubernetes would give a container, with values in the place of what only a cluster has.</summary>
internal static class ContainerEnvironment
{
    /// <summary>What the downward API says of the pod.</summary>
    private static readonly Dictionary<string, string> s_pod = new()
    {
        ["metadata.name"] = "cano-0",
        ["metadata.namespace"] = "cano",
        ["status.podIP"] = "127.0.0.1",
        ["metadata.labels['orleans/clusterId']"] = "cano",
        ["metadata.labels['orleans/serviceId']"] = "cano",
    };

    /// <summary>All variables of a container. What <c>env</c> says overrules what <c>envFrom</c> has.</summary>
    /// <param name="manifests">Where its ConfigMaps are.</param>
    /// <param name="container">The container.</param>
    /// <param name="secrets">The content of the Secrets by name, which no manifest has.</param>
    internal static Dictionary<string, string> Of(Manifests manifests, V1Container container, IReadOnlyDictionary<string, Dictionary<string, string>> secrets)
    {
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
            variables[variable.Name] = ValueOf(variable, variables, secrets);
        }

        return variables;
    }

    private static string ValueOf(V1EnvVar variable, Dictionary<string, string> before, IReadOnlyDictionary<string, Dictionary<string, string>> secrets) => variable.ValueFrom switch
    {
        { FieldRef: { } field } => s_pod[field.FieldPath],
        { SecretKeyRef: { } secret } => secrets[secret.Name][secret.Key],
        null => before.Aggregate(variable.Value, (value, known) => value.Replace($"$({known.Key})", known.Value, StringComparison.Ordinal)),
        _ => throw new InvalidOperationException($"{variable.Name} comes from something that this test does not know."),
    };
}
