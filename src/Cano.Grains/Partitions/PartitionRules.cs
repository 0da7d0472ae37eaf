using Microsoft.Extensions.Options;

namespace Cano;

/// <summary>What a silo asks of a partition's instances before they are stored. A header has the caller's word for them; here they are.</summary>
internal sealed class PartitionRules(IKnownWorkflows workflows, IOptions<CanoOptions> options)
{
    /// <exception cref="CanoException">The partition breaks a rule.</exception>
    internal void Check(string batchId, PartitionSpec spec)
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

        HashSet<string> ids = new(StringComparer.Ordinal);
        for (int index = 0; index < spec.Instances.Length; index++)
        {
            Check(spec.Instances[index], spec.FirstOrdinal + index, ids);
        }
    }

    // What is said of a fault is only put together when there is one.
    private void Check(InstanceSpec instance, int place, HashSet<string> ids)
    {
        if (!Identifier.IsValid(instance.Id))
        {
            throw Refused(ErrorCodes.InvalidId, Identifier.Fault(instance.Id, $"The id of instances[{place}]")!, place, "id");
        }

        if (!ids.Add(instance.Id))
        {
            throw Refused(ErrorCodes.DuplicateInstanceId, $"Two instances have the id '{instance.Id}'; ids must differ within a batch.", place, "id");
        }

        if (instance.Workflow is null || !workflows.IsKnown(instance.Workflow))
        {
            throw new WorkflowNotRegisteredException(instance.Workflow ?? "", workflows.Names);
        }

        if (instance.Label is not null
            && StorableText.Fault(instance.Label, StorableText.MaxLabelLength, $"The label of instances[{place}] ('{instance.Id}')") is { } badLabel)
        {
            throw Refused(ErrorCodes.InvalidText, badLabel, place, "label");
        }

        if (instance.Params?.Length > options.Value.MaxParamsBytes)
        {
            throw Refused(
                ErrorCodes.ParamsTooLarge,
                $"The params of instance '{instance.Id}' are {instance.Params.Length} bytes of JSON; at most {options.Value.MaxParamsBytes} are allowed. "
                + "Put the data elsewhere and pass a reference, or raise CanoOptions.MaxParamsBytes.",
                place,
                "params");
        }
    }

    private static CanoConfigurationException Refused(string code, string message, int place, string member) => new(code, message, $"$.instances[{place}].{member}");
}
