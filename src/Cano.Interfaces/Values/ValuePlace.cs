namespace Cano;

/// <summary>Where a value is put, as messages call it.</summary>
/// <param name="What">What holds it.</param>
/// <param name="Key">Its name there; null: it has none.</param>
internal readonly record struct ValuePlace(string What, string? Key = null)
{
    internal static readonly ValuePlace Output = new("The output");
    internal static readonly ValuePlace Params = new("The params");

    internal static ValuePlace InStore(string key) => new("The store's value", key);

    internal static ValuePlace InSharedStore(string key) => new("The shared store's value", key);

    internal static ValuePlace ParamsOf(string instanceId) => new("The params of instance", instanceId);

    /// <summary>Looked up at each write: the key alone tells places apart well enough.</summary>
    public override int GetHashCode() => Key is null ? 0 : string.GetHashCode(Key, StringComparison.Ordinal);

    public override string ToString() => Key is null ? What : $"{What} '{Key}'";
}
