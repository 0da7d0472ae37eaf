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

    /// <summary>
    /// One instance: the form of its id, its workflow's name (whether or not there is such a workflow) and its label; no two ids are equal.
    /// </summary>
    /// <param name="instance">The instance.</param>
    /// <param name="place">Its place in the batch, from 0.</param>
    /// <param name="places">Those of the instances before it, by their ids; this one is added.</param>
    /// <exception cref="CanoConfigurationException">Something is wrong with it.</exception>
    internal static void CheckInstance(InstanceSpec instance, int place, Dictionary<string, int> places)
    {
        // What is said of a fault is only put together when there is one: there may be a million instances.
        if (!Identifier.IsValid(instance.Id))
        {
            throw new CanoConfigurationException(
                ErrorCodes.InvalidId, Identifier.Fault(instance.Id, $"The id of instances[{place}]")!, $"$.instances[{place}].id");
        }

        if (!Identifier.IsValid(instance.Workflow))
        {
            throw new CanoConfigurationException(
                ErrorCodes.InvalidId,
                Identifier.Fault(instance.Workflow, $"The workflow of instances[{place}] ('{instance.Id}')")!,
                $"$.instances[{place}].workflow");
        }

        if (instance.Label is not null)
        {
            CheckLabel(instance.Label, $"The label of instances[{place}] ('{instance.Id}')", $"$.instances[{place}].label");
        }

        if (!places.TryAdd(instance.Id, place))
        {
            int other = places[instance.Id];
            throw new CanoConfigurationException(
                ErrorCodes.DuplicateInstanceId,
                $"instances[{other}] and instances[{place}] have the same id '{instance.Id}'; ids must differ within a batch.",
                $"$.instances[{place}].id");
        }
    }

    /// <summary>A label.</summary>
    /// <param name="label">The label.</param>
    /// <param name="what">What the message calls it.</param>
    /// <param name="path">Where it is in the document; null: nowhere.</param>
    /// <exception cref="CanoConfigurationException">It is too long, can't be stored, or can't stand in the path of a URL.</exception>
    internal static void CheckLabel(string label, string what, string? path)
    {
        if (Identifier.IsDots(label))
        {
            throw new CanoConfigurationException(
                ErrorCodes.InvalidId, $"{what} must not be '{label}', which can't stand in the path of a URL.", path);
        }

        CheckText(label, StorableText.MaxLabelLength, what, path);
    }

    private static void CheckText(string? text, int maxLength, string what, string? path)
    {
        if (StorableText.Fault(text, maxLength, what) is { } fault)
        {
            throw new CanoConfigurationException(ErrorCodes.InvalidText, fault, path);
        }
    }
}
