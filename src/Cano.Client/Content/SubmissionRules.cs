using System.Globalization;

namespace Cano;

/// <summary>What can be said about a batch before any silo is asked. The first fault is thrown, with its place as a JSON path.</summary>
internal static class SubmissionRules
{
    /// <summary>Checks a batch in time linear in its instances.</summary>
    /// <exception cref="CanoConfigurationException">Something is wrong with it.</exception>
    internal static void Check(BatchSubmission batch)
    {
        CheckHead(batch);
        CheckCount(batch.Instances.Count);
        Dictionary<string, int> places = new(batch.Instances.Count, StringComparer.Ordinal);
        for (int i = 0; i < batch.Instances.Count; i++)
        {
            CheckInstance(batch.Instances[i], i, places);
        }
    }

    /// <summary>How many instances there may be.</summary>
    /// <exception cref="CanoConfigurationException">None, or too many.</exception>
    internal static void CheckCount(int instances)
    {
        if (instances is 0)
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

    /// <summary>Everything but the instances.</summary>
    /// <exception cref="CanoConfigurationException">Something is wrong with it.</exception>
    internal static void CheckHead(BatchSubmission batch)
    {
        if (Identifier.Fault(batch.Id, "A batch's id") is { } fault)
        {
            throw new CanoConfigurationException(ErrorCodes.InvalidId, fault, "$.id");
        }

        batch.Timeout.Validate();
        if (batch.MaxConcurrency is < 1 and var limit)
        {
            throw new CanoConfigurationException(
                ErrorCodes.InvalidMaxConcurrency,
                $"The maximum concurrency was {limit}; it must be 1 or more, or left out for no limit of the batch's own.",
                "$.maxConcurrency");
        }

        CheckText(batch.Name, StorableText.MaxNameLength, "The batch's name", "$.name");
    }

    /// <summary>One instance.</summary>
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
            CheckText(instance.Label, StorableText.MaxLabelLength, $"The label of instances[{place}] ('{instance.Id}')", $"$.instances[{place}].label");
        }

        if (!places.TryAdd(instance.Id, place))
        {
            throw new CanoConfigurationException(
                ErrorCodes.DuplicateInstanceId,
                $"instances[{places[instance.Id]}] and instances[{place}] have the same id '{instance.Id}'; ids must differ within a batch.",
                $"$.instances[{place}].id");
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
