using Microsoft.Extensions.Options;

namespace Cano;

/// <summary>What a silo asks of a batch before anything of it is stored.</summary>
internal sealed class BatchRules(WorkflowRegistry workflows, IOptions<CanoOptions> options)
{
    /// <summary>The most instances that a batch may have.</summary>
    internal const int MaxInstances = 1_000_000;

    /// <exception cref="CanoException">The batch breaks a rule.</exception>
    internal void Check(string id, BatchHeader header)
    {
        Identifier.Require(id, "A batch's id");
        header.Timeout.Validate();
        if (header.Total < 1)
        {
            throw new CanoConfigurationException(ErrorCodes.NoInstances, "No workflow instances to execute.", "$.instances");
        }

        if (header.Total > MaxInstances)
        {
            throw new CanoConfigurationException(
                ErrorCodes.TooManyInstances, $"The batch has {header.Total} instances; at most {MaxInstances:N0} are supported. Split it.", "$.instances");
        }

        if (header.MaxConcurrency is < 1)
        {
            throw new CanoConfigurationException(
                ErrorCodes.InvalidMaxConcurrency, $"maxConcurrency was {header.MaxConcurrency}; it must be 1 or more.", "$.maxConcurrency");
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

        foreach (string workflow in header.Workflows)
        {
            if (!workflows.TryGet(workflow, out _))
            {
                throw new WorkflowNotRegisteredException(workflow, workflows.Names);
            }
        }
    }
}
