namespace Cano;

/// <summary>What can be said about a batch before any silo is asked. The first fault is thrown, with its place as a JSON path.</summary>
internal static class SubmissionRules
{
    internal const int MaxInstances = 1_000_000;
    internal const int MaxNameLength = 200;
    internal const int MaxLabelLength = 100;

    /// <summary>Checks a batch in time linear in its instances.</summary>
    /// <exception cref="CanoConfigurationException">Something is wrong with it.</exception>
    internal static void Check(BatchSubmission batch)
    {
        CheckHead(batch);
        if (batch.Instances.Count is 0)
        {
            throw new CanoConfigurationException(
                ErrorCodes.NoInstances, "No workflow instances to execute: a batch needs at least one.", "$.instances");
        }

        if (batch.Instances.Count > MaxInstances)
        {
            throw new CanoConfigurationException(
                ErrorCodes.TooManyInstances, $"The batch has {batch.Instances.Count:N0} instances; it may have at most {MaxInstances:N0}.", "$.instances");
        }

        Dictionary<string, int> places = new(batch.Instances.Count, StringComparer.Ordinal);
        for (int i = 0; i < batch.Instances.Count; i++)
        {
            InstanceSpec instance = batch.Instances[i];
            CheckInstance(instance, i);
            if (!places.TryAdd(instance.Id, i))
            {
                throw new CanoConfigurationException(
                    ErrorCodes.DuplicateInstanceId,
                    $"instances[{places[instance.Id]}] and instances[{i}] have the same id '{instance.Id}'; ids must differ within a batch.",
                    $"$.instances[{i}].id");
            }
        }
    }

    private static void CheckHead(BatchSubmission batch)
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

        CheckText(batch.Name, MaxNameLength, "The batch's name", "$.name");
    }

    private static void CheckInstance(InstanceSpec instance, int place)
    {
        if (Identifier.Fault(instance.Id, $"The id of instances[{place}]") is { } badId)
        {
            throw new CanoConfigurationException(ErrorCodes.InvalidId, badId, $"$.instances[{place}].id");
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
            CheckText(instance.Label, MaxLabelLength, $"The label of instances[{place}] ('{instance.Id}')", $"$.instances[{place}].label");
        }
    }

    private static void CheckText(string? text, int maxLength, string what, string path)
    {
        if (text is null)
        {
            return;
        }

        if (text.Length > maxLength)
        {
            throw new CanoConfigurationException(
                ErrorCodes.InvalidText, $"{what} has {text.Length} characters; it may have at most {maxLength}.", path);
        }

        if (text.Contains('\0', StringComparison.Ordinal) || !IsWellFormed(text))
        {
            throw new CanoConfigurationException(
                ErrorCodes.InvalidText, $"{what} has a character that can't be stored: NUL, or half a surrogate pair.", path);
        }
    }

    private static bool IsWellFormed(string text)
    {
        for (int i = 0; i < text.Length; i++)
        {
            if (char.IsSurrogate(text[i]) && (++i == text.Length || !char.IsSurrogatePair(text[i - 1], text[i])))
            {
                return false;
            }
        }

        return true;
    }
}
