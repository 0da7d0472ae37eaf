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
            SubmissionLimits.CheckInstance(batch.Instances[i], i, places);
        }
    }

    /// <summary>Everything but the instances.</summary>
    /// <exception cref="CanoConfigurationException">Something is wrong with it.</exception>
    internal static void CheckHead(BatchSubmission batch) => SubmissionLimits.CheckHead(batch.Id, batch.Timeout, batch.MaxConcurrency, batch.Name);
}
