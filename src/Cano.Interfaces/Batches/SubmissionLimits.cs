using System.Globalization;

namespace Cano;

/// <summary>
/// The rules of a batch that hold on both sides: the client library checks them before it sends anything, and a silo checks them again,
/// since others call grains too.
/// Each throws on its first fault, with the place as a JSON path.
/// </summary>
internal static class SubmissionLimits
{
    /// <summary>How many instances there may be.</summary>
    /// <exception cref="CanoConfigurationException">None, or too many.</exception>
    internal static void CheckCount(int instances)
    {
        if (instances < 1)
        {
            throw new CanoConfigurationException(
                ErrorCodes.NoInstances, "No workflow instances to execute: a batch needs at least one.", "$.instances");
        }

        if (instances > BatchHeader.MaxInstances)
        {
            throw new CanoConfigurationException(
                ErrorCodes.TooManyInstances,
                string.Create(CultureInfo.InvariantCulture, $"The batch has {instances:N0} instances; it may have at most {BatchHeader.MaxInstances:N0}."),
                "$.instances");
        }
    }

    /// <summary>All of a batch but its instances.</summary>
    /// <exception cref="CanoConfigurationException">Something is wrong with it.</exception>
    internal static void CheckHead(string? id, ConcurrentTimeout timeout, int? maxConcurrency, string? name)
    {
        if (Identifier.Fault(id, "A batch's id") is { } fault)
        {
            throw new CanoConfigurationException(ErrorCodes.InvalidId, fault, "$.id");
        }

        timeout.Validate();
        if (maxConcurrency is < 1 and var limit)
        {
            throw new CanoConfigurationException(
                ErrorCodes.InvalidMaxConcurrency,
                $"The maximum concurrency was {limit}; it must be 1 or more, or left out for no limit of the batch's own.",
                "$.maxConcurrency");
        }

        CheckText(name, StorableText.MaxNameLength, "The batch's name", "$.name");
    }

    /// <summary>What the shared store begins with.</summary>
    /// <exception cref="CanoConfigurationException">It is too large.</exception>
    internal static void CheckSharedStore(int bytes)
    {
        if (bytes > BatchHeader.MaxSharedStoreBytes)
        {
            throw new CanoConfigurationException(
                ErrorCodes.StoreTooLarge,
                $"The values that the shared store is to begin with are {bytes} bytes of JSON; at most {BatchHeader.MaxSharedStoreBytes} are allowed. "
                + "Have an instance put more, or put the data elsewhere and share a reference.",
                "$.sharedStore");
        }
    }

    /// <summary>The form of an instance's id.</summary>
    /// <exception cref="CanoConfigurationException">It is not of that form.</exception>
    internal static void CheckInstanceId(string? id, int place)
    {
        // What is said of a fault is only put together when there is one: there may be a million instances.
        if (!Identifier.IsValid(id))
        {
            throw new CanoConfigurationException(
                ErrorCodes.InvalidId, Identifier.Fault(id, $"The id of instances[{place}]")!, $"$.instances[{place}].id");
        }
    }

    /// <summary>The form of the name of an instance's workflow, whether or not there is such a workflow.</summary>
    /// <exception cref="CanoConfigurationException">It is not of that form.</exception>
    internal static void CheckWorkflow(InstanceSpec instance, int place)
    {
        if (!Identifier.IsValid(instance.Workflow))
        {
            throw new CanoConfigurationException(
                ErrorCodes.InvalidId,
                Identifier.Fault(instance.Workflow, $"The workflow of instances[{place}] ('{instance.Id}')")!,
                $"$.instances[{place}].workflow");
        }
    }

    /// <summary>An instance's label.</summary>
    /// <exception cref="CanoConfigurationException">It is too long, or can't be stored.</exception>
    internal static void CheckLabel(InstanceSpec instance, int place)
    {
        if (instance.Label is not null)
        {
            CheckText(instance.Label, StorableText.MaxLabelLength, $"The label of instances[{place}] ('{instance.Id}')", $"$.instances[{place}].label");
        }
    }

    private static void CheckText(string? text, int maxLength, string what, string path)
    {
        if (StorableText.Fault(text, maxLength, what) is { } fault)
        {
            throw new CanoConfigurationException(ErrorCodes.InvalidText, fault, path);
        }
    }
}
