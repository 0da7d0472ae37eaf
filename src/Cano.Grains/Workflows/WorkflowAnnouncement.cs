using Orleans.Metadata;

namespace Cano;

/// <summary>
/// Tells the cluster which workflows this silo has, in the place where silos tell each other which grains they have: the manifest, that
/// every silo gets from each one that joins.
/// </summary>
internal sealed class WorkflowAnnouncement(IEnumerable<IWorkflowRegistration> registrations) : IGrainPropertiesProvider
{
    /// <summary>
    /// The property of <see cref="WorkflowGrain"/> that says how the silo writes users' values (<see cref="ValueFormat.Fingerprint"/>).
    /// </summary>
    internal const string FormatProperty = "cano.format";

    /// <summary>The property of <see cref="WorkflowGrain"/> that says that a silo checks params for others.</summary>
    internal const string ChecksParams = "cano.checks-params";

    /// <summary>The property of <see cref="WorkflowGrain"/> that says that a silo has a workflow.</summary>
    internal static string PropertyOf(string workflow) => $"cano.workflow.{workflow}";

    public void Populate(Type grainClass, GrainType grainType, Dictionary<string, string> properties)
    {
        if (grainClass == typeof(WorkflowGrain))
        {
            properties[FormatProperty] = ValueFormat.Current.Fingerprint;
            properties[ChecksParams] = "";
            foreach (IWorkflowRegistration registration in registrations)
            {
                properties[PropertyOf(registration.Name)] = "";
            }
        }
    }
}
