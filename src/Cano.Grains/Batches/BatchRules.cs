using System.Buffers;
using Microsoft.Extensions.Options;

namespace Cano;

/// <summary>What a silo asks of a batch before anything of it is stored.</summary>
internal sealed class BatchRules(IKnownWorkflows workflows, IOptions<CanoOptions> options, IParamsCheck @params)
{
    /// <summary>As many digits of a digest as are in a partition's key, and as SHA-256 has.</summary>
    private const int LeastDigits = 16;
    private const int MostDigits = 64;

    /// <summary>As long as a W3C <c>traceparent</c> is.</summary>
    private const int TraceParentLength = 55;

    private static readonly SearchValues<char> s_digits = SearchValues.Create("0123456789abcdef");

    private readonly PartitionRules _partitions = new(workflows, options, @params);

    /// <exception cref="CanoException">The batch breaks a rule.</exception>
    internal void Check(string id, BatchHeader header)
    {
        RequireMembers(header);
        SubmissionLimits.CheckHead(id, header.Timeout, header.MaxConcurrency, header.Name);
        SubmissionLimits.CheckCount(header.Total);
        CheckForm(header);
        foreach (string label in header.Labels)
        {
            SubmissionLimits.CheckLabel(label, "A label", path: null);
        }

        if (header.LargestParams > options.Value.MaxParamsBytes)
        {
            throw new CanoConfigurationException(
                ErrorCodes.ParamsTooLarge,
                $"The params of instance '{header.LargestParamsInstance}' are {header.LargestParams} bytes of JSON; at most {options.Value.MaxParamsBytes} are allowed. "
                + "Put the data elsewhere and pass a reference, or raise CanoOptions.MaxParamsBytes.");
        }

        if (header.StoreBytes > options.Value.MaxStoreBytes)
        {
            throw new CanoConfigurationException(
                ErrorCodes.StoreTooLarge,
                $"The store is {header.StoreBytes} bytes of JSON; at most {options.Value.MaxStoreBytes} are allowed. Every instance gets a copy of it. "
                + "Put the data elsewhere and pass a reference, or raise CanoOptions.MaxStoreBytes.",
                "$.store");
        }

        CheckSharedStore(header.SharedStore);
        foreach (string workflow in header.Workflows)
        {
            if (!workflows.IsKnown(workflow))
            {
                throw new WorkflowNotRegisteredException(workflow, workflows.Names);
            }
        }
    }

    /// <summary>Checks that a batch's only partition is all of it, and its instances.</summary>
    /// <exception cref="CanoException">It is not, or they break a rule.</exception>
    internal Task CheckOnlyAsync(string id, BatchHeader header, PartitionSpec only)
    {
        if (header.PartitionSizes.Length != 1 || only.Instances.Length != header.Total || only.FirstOrdinal != 0)
        {
            throw Malformed($"it has {header.Total} instances in {header.PartitionSizes.Length} partitions, and came with {only.Instances.Length} from place {only.FirstOrdinal}");
        }

        return _partitions.CheckAsync(id, only);
    }

    private static void CheckSharedStore(byte[]? values)
    {
        SubmissionLimits.CheckSharedStore(values?.Length ?? 0);
        if (values is not null && !SharedStoreSeed.IsValid(values))
        {
            throw Malformed("what its shared store is to begin with must be a JSON object whose names differ and can be stored");
        }
    }

    private static void RequireMembers(BatchHeader header)
    {
        if (header.Timeout is null || header.PartitionSizes is null || header.Workflows is null || header.Labels is null)
        {
            throw Malformed("its timeout, partition sizes, workflows or labels are null");
        }
    }

    /// <summary>What a client library of Cano's never gets wrong; others call grains too.</summary>
    private static void CheckForm(BatchHeader header)
    {
        if (header.PartitionSizes.Any(size => size is < 1 or > PartitionSpec.MaxInstances) || header.PartitionSizes.Sum(size => (long)size) != header.Total)
        {
            throw Malformed($"the sizes of its partitions must be 1 to {PartitionSpec.MaxInstances} and add up to {header.Total}");
        }

        if (header.Digest is not { Length: >= LeastDigits and <= MostDigits } digest || digest.AsSpan().ContainsAnyExcept(s_digits))
        {
            throw Malformed($"its digest must be {LeastDigits} to {MostDigits} hexadecimal digits in lower case");
        }

        if (header.TraceParent is { Length: not TraceParentLength })
        {
            throw Malformed($"its trace parent must be a W3C traceparent of {TraceParentLength} characters");
        }

        if (header.Baggage is { Length: > BaggageText.MaxLength })
        {
            throw Malformed($"its baggage may have at most {BaggageText.MaxLength} characters");
        }

        if (header.Labels.Length > BatchHeader.MaxLabels)
        {
            throw Malformed($"it lists {header.Labels.Length} labels, at most {BatchHeader.MaxLabels} may be listed");
        }
    }

    private static CanoConfigurationException Malformed(string what) =>
        new(ErrorCodes.InvalidDocument, $"The batch's header is malformed: {what}. Start batches with Cano's client library.");
}
