using System.Diagnostics;
using System.Text;

namespace Cano;

/// <summary>
/// The baggage of spans as text, as the W3C <c>baggage</c> header has it: <c>name=value</c>, separated by commas, percent-encoded.
/// </summary>
internal static class BaggageText
{
    /// <summary>What the standard asks everyone to carry; entries beyond it are left out.</summary>
    internal const int MaxLength = 8_192;

    /// <summary>The baggage of a span and of those above it in this process; null where there is none.</summary>
    internal static string? Of(Activity? span)
    {
        StringBuilder? text = null;
        foreach ((string name, string? value) in span?.Baggage ?? [])
        {
            string entry = $"{Uri.EscapeDataString(name)}={Uri.EscapeDataString(value ?? "")}";
            text ??= new();
            if (text.Length + 1 + entry.Length > MaxLength)
            {
                break;
            }

            text.Append(text.Length == 0 ? "" : ",").Append(entry);
        }

        return text is { Length: > 0 } ? text.ToString() : null;
    }

    /// <summary>Puts the entries on a span. Those that can't be read are left out: it comes from elsewhere.</summary>
    internal static void AddTo(Activity span, string? baggage)
    {
        // The last one that is added is the first to be found, so equal names keep their order.
        foreach (string entry in (baggage?.Split(',') ?? []).Reverse())
        {
            int equals = entry.IndexOf('=', StringComparison.Ordinal);
            if (equals > 0)
            {
                span.AddBaggage(Uri.UnescapeDataString(entry[..equals].Trim()), Uri.UnescapeDataString(entry[(equals + 1)..].Trim()));
            }
        }
    }
}
