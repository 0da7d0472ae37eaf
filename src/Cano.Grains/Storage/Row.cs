using Orleans.Storage;

namespace Cano;

/// <summary>One row in the grain storage <c>cano</c>, as one activation sees it: it remembers the ETag, and a write succeeds only if the row still has it.</summary>
/// <remarks>
/// The storage key is made here rather than taken from the grain: the ADO.NET provider reads a key that looks like a hexadecimal number or a GUID as one, so that
/// the ids <c>A1</c>, <c>a1</c> and <c>0a1</c> would be the same row. A slash keeps it from doing so.
/// </remarks>
/// <typeparam name="T">What the row holds; it must never be changed once written.</typeparam>
internal sealed class Row<T>
    where T : class
{
    private readonly IGrainStorage _storage;
    private readonly string _stateName;
    private readonly GrainId _key;
    private GrainState<T> _state = new();

    internal Row(IGrainStorage storage, string stateName, string kind, string key)
    {
        _storage = storage;
        _stateName = stateName;
        _key = GrainId.Create("cano", $"{kind}/{key}");
    }

    /// <summary>Reads the row.</summary>
    /// <returns>What it holds; null when it does not exist.</returns>
    internal async Task<T?> ReadAsync()
    {
        _state = new();
        await _storage.ReadStateAsync(_stateName, _key, _state);
        return _state.RecordExists ? _state.State : null;
    }

    /// <summary>Writes the row: adds it if it was not there when it was read, or was never read.</summary>
    internal Task WriteAsync(T value)
    {
        _state.State = value;
        return _storage.WriteStateAsync(_stateName, _key, _state);
    }

    /// <summary>Removes the row. The next write adds it anew.</summary>
    internal async Task ClearAsync()
    {
        await _storage.ClearStateAsync(_stateName, _key, _state);
        _state = new();
    }
}
