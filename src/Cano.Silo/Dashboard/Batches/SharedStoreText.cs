using System.Text;

namespace Cano;

/// <summary>How the page shows values of a shared store.</summary>
internal static class SharedStoreText
{
    /// <summary>How many values the page shows: more are no table for people, and the API has them all.</summary>
    internal const int MaxValues = 100;

    /// <summary>How much of each it shows, in bytes of JSON.</summary>
    internal const int MaxBytes = 200;

    /// <summary>The value's JSON, cut where it is long.</summary>
    internal static string Of(SharedStoreEntry entry)
    {
        string text = Encoding.UTF8.GetString(entry.Json);

        // A character that the cut went through is left out.
        return entry.Json.Length == entry.Length ? text : text.TrimEnd('\ufffd') + " …";
    }
}
