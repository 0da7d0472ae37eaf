using System.Text.Json;

namespace Cano;

/// <summary>Reads the strategy of a batch from JSON.</summary>
internal static class TimeoutDocument
{
    private const string Kinds = "waitForever, waitForQuota, waitDuration, waitQuotaOrDuration";

    /// <summary>Null, with a fault, when there is none.</summary>
    internal static ConcurrentTimeout? Read(DocumentObject document, DocumentFaults faults)
    {
        if (document.Value("timeout") is not { } element)
        {
            document.Missing("timeout", $"; it says what the batch waits for, such as {{ \"kind\": \"waitForever\" }}. Kinds: {Kinds}");
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
            timeout.Missing("kind", $"; known are {Kinds}");
            return null;
        }

        switch (timeout.Text("kind"))
        {
            case null:
                return null;
            case "waitForever":
                Unwanted(timeout, "waitForever", "quota");
                Unwanted(timeout, "waitForever", "duration");
                return new ConcurrentTimeout.WaitForever();
            case "waitForQuota":
                Unwanted(timeout, "waitForQuota", "duration");
                return Quota(timeout) is { } q ? new ConcurrentTimeout.WaitForQuota(q) : null;
            case "waitDuration":
                Unwanted(timeout, "waitDuration", "quota");
                return Duration(timeout) is { } d ? new ConcurrentTimeout.WaitDuration(d) : null;
            case "waitQuotaOrDuration":
                int? quota = Quota(timeout);
                TimeSpan? duration = Duration(timeout);
                return quota is null || duration is null ? null : new ConcurrentTimeout.WaitQuotaOrDuration(quota.Value, duration.Value);
            case var other:
                timeout.Fault("kind", $"The kind was '{other}'; known are {Kinds}.");
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
