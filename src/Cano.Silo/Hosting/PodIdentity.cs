namespace Cano;

/// <summary>
/// What Kubernetes' downward API says of the pod that a silo runs in, under the names that Orleans' own hosting package reads, so that both
/// go by the same. Settings of Cano's own come first. Source: learn.microsoft.com/dotnet/orleans/deployment/kubernetes.
/// </summary>
/// <param name="Name">The pod's name; null: not said.</param>
/// <param name="ClusterId">Its label <c>orleans/clusterId</c>; null: not said.</param>
/// <param name="ServiceId">Its label <c>orleans/serviceId</c>; null: not said.</param>
internal sealed record PodIdentity(string? Name, string? ClusterId, string? ServiceId)
{
    /// <summary>The pod's address, without which nobody would find its silo.</summary>
    internal const string AddressVariable = "POD_IP";

    internal static PodIdentity Read(IConfiguration configuration) =>
        new(Text(configuration, "POD_NAME"), Text(configuration, "ORLEANS_CLUSTER_ID"), Text(configuration, "ORLEANS_SERVICE_ID"));

    private static string? Text(IConfiguration configuration, string name) => configuration[name] is { Length: > 0 } text ? text : null;
}
