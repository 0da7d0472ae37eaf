using System.Globalization;

namespace Cano;

/// <summary>How values of shared stores are written and read, and what is thrown where one does not fit.</summary>
internal static class SharedJson
{
    /// <exception cref="CanoConfigurationException">It can't be kept whole (code <c>unstorable-value</c>).</exception>
    internal static byte[] Write<T>(string key, T value) => ValueJson.Write(value, ValuePlace.InSharedStore(key));

    /// <exception cref="InvalidCastException">It can't be read as <typeparamref name="T"/>.</exception>
    internal static T Read<T>(string key, byte[] json) => ValueJson.Read<T>(json, ValuePlace.InSharedStore(key));

    internal static KeyNotFoundException NoValue(string key) => new($"The shared store has no value named '{key}'.");

    internal static InvalidCastException NoList(string key) => new($"The shared store's value '{key}' is no list; nothing can be appended to it.");

    internal static InvalidCastException NoSum(string key, long by) => new(string.Create(
        CultureInfo.InvariantCulture, $"The shared store's value '{key}' is no whole number of 64 bits, or would be none with {by} added; it was left as it is."));
}
