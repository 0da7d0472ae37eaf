namespace Cano;

/// <summary>How values of shared stores are written and read.</summary>
internal static class SharedJson
{
    /// <exception cref="CanoConfigurationException">It can't be kept whole (code <c>unstorable-value</c>).</exception>
    internal static byte[] Write<T>(string key, T value) => ValueJson.Write(value, ValuePlace.InSharedStore(key));

    /// <exception cref="InvalidCastException">It can't be read as <typeparamref name="T"/>.</exception>
    internal static T Read<T>(string key, byte[] json) => ValueJson.Read<T>(json, ValuePlace.InSharedStore(key));
}
