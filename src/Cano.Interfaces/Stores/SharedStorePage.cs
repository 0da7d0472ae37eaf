namespace Cano;

/// <summary>Some values of a shared store, in the order of their names.</summary>
/// <param name="Entries">The values.</param>
/// <param name="Count">How many values the store has.</param>
/// <param name="Bytes">How large the store is, as its limit counts it: the JSON of all values, and two bytes for each character of a
/// name.</param>
[GenerateSerializer]
[Immutable]
[Alias("Cano.SharedStorePage")]
public sealed record SharedStorePage([property: Id(0)] SharedStoreEntry[] Entries, [property: Id(1)] int Count, [property: Id(2)] long Bytes);

/// <summary>A value of a shared store with its name.</summary>
/// <param name="Key">Its name.</param>
/// <param name="Json">The value as UTF-8 JSON, or its first bytes where fewer were asked for.</param>
/// <param name="Length">How many bytes of JSON it has.</param>
/// <param name="Version">Grows with each change of this value; 1 or more.</param>
[GenerateSerializer]
[Immutable]
[Alias("Cano.SharedStoreEntry")]
public sealed record SharedStoreEntry(
    [property: Id(0)] string Key, [property: Id(1)] byte[] Json, [property: Id(2)] int Length, [property: Id(3)] long Version);
