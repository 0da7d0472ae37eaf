using System.Text.Json;

namespace Cano;

/// <summary>Reads the strategy of a batch from JSON.</summary>
internal static class TimeoutDocument
{
    private static readonly string s_kinds = string.Join(", ", StrategyWords.All);

    /// <summary>Null, with a fault, when there is none.</summary>
    internal static ConcurrentTimeout? Read(DocumentObject document, DocumentFaults faults)
    {
        if (document.Value("timeout") is not { } element)
        {
            document.Missing("timeout", $"; it says what the batch waits for, such as {{ \"kind\": \"waitForever\" }}. Kinds: {s_kinds}");
            return null;
        }

        return Read(element, faults);
    }

    /// <summary>Null, with a fault, when it is none.</summary>
    internal static ConcurrentTimeout? Read(JsonElement element, DocumentFaults faults) =>
        DocumentObject.From(element, "$.timeout", faults, "kind", "quota", "duration") is { } timeout ? Read(timeout) : null;

    private static ConcurrentTimeout? Read(DocumentObject timeout)
    {
        if (!timeout.Has("kind"))
        {
            timeout.Missing("kind", $"; known are {s_kinds}");
            return null;
        }

        switch (timeout.Text("kind"))
        {
            case null:
                return null;
            case StrategyWords.WaitForever:
                Unwanted(timeout, StrategyWords.WaitForever, "quota");
                Unwanted(timeout, StrategyWords.WaitForever, "duration");
                return new ConcurrentTimeout.WaitForever();
            case StrategyWords.WaitForQuota:
                Unwanted(timeout, StrategyWords.WaitForQuota, "duration");
                return Quota(timeout) is { } q ? new ConcurrentTimeout.WaitForQuota(q) : null;
            case StrategyWords.WaitDuration:
                Unwanted(timeout, StrategyWords.WaitDuration, "quota");
                return Duration(timeout) is { } d ? new ConcurrentTimeout.WaitDuration(d) : null;
            case StrategyWords.WaitQuotaOrDuration:
                int? quota = Quota(timeout);
                TimeSpan? duration = Duration(timeout);
                return quota is null || duration is null ? null : new ConcurrentTimeout.WaitQuotaOrDuration(quota.Value, duration.Value);
            case var other:
                timeout.Fault("kind", $"The kind was '{other}'; known are {s_kinds}.");
                return null;
        }
    }

    private static void Unwanted(DocumentObject timeout, string kind, string member)
    {
        if (timeout.Has(member))
        {
            timeout.Fault(member, $"A timeout of kind {kind} has no {member}.");
        }
    }

    private static int? Quota(DocumentObject timeout)
    {
        if (!timeout.Has("quota"))
        {
            timeout.Missing("quota", "; it says how many instances must complete");
        }

        return timeout.Number("quota");
    }

    private static TimeSpan? Duration(DocumentObject timeout)
    {
        if (!timeout.Has("duration"))
        {
            timeout.Missing("duration", $"; write it as {DocumentDuration.Form}");
        }

        if (timeout.Text("duration") is not { } text)
        {
            return null;
        }

        if (DocumentDuration.TryParse(text, out TimeSpan duration))
        {
            return duration;
        }

        timeout.Fault("duration", $"The duration was '{text}'; write it as {DocumentDuration.Form}.", ErrorCodes.InvalidDuration);
        return null;
    }
}
