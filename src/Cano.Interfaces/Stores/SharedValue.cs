using System.ComponentModel;

namespace Cano;

/// <summary>A value of a shared store.</summary>
/// <param name="Json">The value as UTF-8 JSON.</param>
/// <param name="Version">Grows with each change of this value; 1 or more.</param>
[GenerateSerializer]
[Immutable]
[Alias("Cano.SharedValue")]
[EditorBrowsable(EditorBrowsableState.Never)]
public sealed record SharedValue([property: Id(0)] byte[] Json, [property: Id(1)] long Version);
