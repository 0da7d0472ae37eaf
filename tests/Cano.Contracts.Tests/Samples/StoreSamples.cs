namespace Cano.Contracts.Tests.Samples;

internal static class StoreSamples
{
    private static readonly SharedValue s_value = new("[1,2]"u8.ToArray(), 4);

    private static readonly SharedStoreEntry s_entry = new("ids", "[1,"u8.ToArray(), Length: 5, Version: 4);

    internal static readonly object[] All =
    [
        s_value,
        s_entry,
        new SharedStorePage([s_entry], Count: 3, Bytes: 40),
        new SharedStoreState
        {
            Values = new(StringComparer.Ordinal) { ["count"] = new("3"u8.ToArray(), 2), ["ids"] = s_value },
            LastVersion = 5,
        },
    ];
}
