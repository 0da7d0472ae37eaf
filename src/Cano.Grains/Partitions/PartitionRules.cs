using Microsoft.Extensions.Options;

namespace Cano;

/// <summary>
/// What a silo asks of a partition's instances before they are stored. A header has the caller's word for them; here they are.
/// </summary>
internal sealed class PartitionRules(IKnownWorkflows workflows, IOptions<CanoOptions> options, IParamsCheck @params)
{
    /// <summary>Checks a partition, the params of its instances included, as far as a silo of the cluster knows their workflows.</summary>
    /// <exception cref="CanoException">The partition breaks a rule.</exception>
    internal async Task CheckAsync(string batchId, PartitionSpec spec)
    {
        CheckForm(batchId, spec);
        if (await @params.FindAsync(spec.Instances, spec.FirstOrdinal) is { Count: > 0 } faults)
        {
            throw CanoConfigurationException.Of(ErrorCodes.InvalidParams, faults);
        }
    }

    private void CheckForm(string batchId, PartitionSpec spec)
    {
        if (spec.BatchId != batchId || spec.Instances is not { Length: >= 1 and <= PartitionSpec.MaxInstances }
            || spec.FirstOrdinal < 0 || spec.FirstOrdinal > BatchHeader.MaxInstances - spec.Instances.Length)
        {
            throw new CanoConfigurationException(
                ErrorCodes.InvalidDocument,
                $"A partition of batch '{batchId}' is malformed: it must be of that batch and have 1 to {PartitionSpec.MaxInstances} instances. Start batches with Cano's client library.");
        }

        if (spec.Store?.Length > options.Value.MaxStoreBytes)
        {
            throw new CanoConfigurationException(
                ErrorCodes.StoreTooLarge, $"The store is {spec.Store.Length} bytes of JSON; at most {options.Value.MaxStoreBytes} are allowed.", "$.store");
        }

        Dictionary<string, int> places = new(spec.Instances.Length, StringComparer.Ordinal);
        for (int index = 0; index < spec.Instances.Length; index++)
        {
            SubmissionLimits.CheckInstance(spec.Instances[index], spec.FirstOrdinal + index, places);
            CheckHere(spec.Instances[index], spec.FirstOrdinal + index);
        }
    }

    /// <summary>What depends on this silo and its cluster.</summary>
    private void CheckHere(InstanceSpec instance, int place)
    {
        if (!workflows.IsKnown(instance.Workflow))
        {
            throw new WorkflowNotRegisteredException(instance.Workflow, workflows.Names);
        }

        if (instance.Params?.Length > options.Value.MaxParamsBytes)
        {
            throw new CanoConfigurationException(
                ErrorCodes.ParamsTooLarge,
                $"The params of instance '{instance.Id}' are {instance.Params.Length} bytes of JSON; at most {options.Value.MaxParamsBytes} are allowed. "
                + "Put the data elsewhere and pass a reference, or raise CanoOptions.MaxParamsBytes.",
                $"$.instances[{place}].params");
        }
    }
}
