namespace Cano;

/// <summary>What can be said about a batch before any silo is asked. The first fault is thrown, with its place as a JSON path.</summary>
internal static class SubmissionRules
{
    /// <summary>Checks a batch in time linear in its instances.</summary>
    /// <exception cref="CanoConfigurationException">Something is wrong with it.</exception>
    internal static void Check(BatchSubmission batch)
    {
        CheckHead(batch);
        SubmissionLimits.CheckCount(batch.Instances.Count);
        Dictionary<string, int> places = new(batch.Instances.Count, StringComparer.Ordinal);
        for (int i = 0; i < batch.Instances.Count; i++)
        {
            CheckInstance(batch.Instances[i], i, places);
        }
    }

    /// <summary>Everything but the instances.</summary>
    /// <exception cref="CanoConfigurationException">Something is wrong with it.</exception>
    internal static void CheckHead(BatchSubmission batch) => SubmissionLimits.CheckHead(batch.Id, batch.Timeout, batch.MaxConcurrency, batch.Name);

    /// <summary>One instance.</summary>
    /// <param name="instance">The instance.</param>
    /// <param name="place">Its place in the batch, from 0.</param>
    /// <param name="places">Those of the instances before it, by their ids; this one is added.</param>
    /// <exception cref="CanoConfigurationException">Something is wrong with it.</exception>
    internal static void CheckInstance(InstanceSpec instance, int place, Dictionary<string, int> places)
    {
        SubmissionLimits.CheckInstanceId(instance.Id, place);
        SubmissionLimits.CheckWorkflow(instance, place);
        SubmissionLimits.CheckLabel(instance, place);
        if (!places.TryAdd(instance.Id, place))
        {
            throw new CanoConfigurationException(
                ErrorCodes.DuplicateInstanceId,
                $"instances[{places[instance.Id]}] and instances[{place}] have the same id '{instance.Id}'; ids must differ within a batch.",
                $"$.instances[{place}].id");
        }
    }
}
