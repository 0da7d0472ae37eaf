using Orleans.Storage;

namespace Cano;

/// <summary>
/// One row in the grain storage <c>cano</c>, as one activation sees it: it remembers the ETag, and a write succeeds only if the row still
/// has it.
/// </summary>
/// <remarks>
/// The storage key is made here rather than taken from the grain: the ADO.NET provider reads a key that looks like a hexadecimal number or
/// a GUID as one, so that the ids <c>A1</c>, <c>a1</c> and <c>0a1</c> would be the same row. A slash keeps it from doing so. What the
/// storage never began is tried again here (<see cref="RowPatience"/>). After any other failure of a write its outcome is unknown.
/// </remarks>
/// <typeparam name="T">What the row holds; it must never be changed once written.</typeparam>
internal sealed class Row<T>
    where T : class
{
    private readonly IGrainStorage _storage;
    private readonly string _stateName;
    private readonly GrainId _key;
    private readonly TimeProvider _clock;
    private GrainState<T> _state = new();

    /// <param name="storage">The grain storage.</param>
    /// <param name="stateName">The name of the state.</param>
    /// <param name="kind">What the key is of.</param>
    /// <param name="key">The key among those of its kind.</param>
    /// <param name="clock">For the pauses between tries; the system's if left out.</param>
    internal Row(IGrainStorage storage, string stateName, string kind, string key, TimeProvider? clock = null)
    {
        _storage = storage;
        _stateName = stateName;
        _key = GrainId.Create("cano", $"{kind}/{key}");
        _clock = clock ?? TimeProvider.System;
    }

    /// <summary>Reads the row.</summary>
    /// <returns>What it holds; null when it does not exist.</returns>
    internal async Task<T?> ReadAsync()
    {
        GrainState<T> read = new();
        await RowPatience.OfReads.RunAsync(() => _storage.ReadStateAsync(_stateName, _key, read), _clock);
        _state = read;
        return read.RecordExists ? read.State : null;
    }

    /// <summary>Writes the row: adds it if it was not there when it was read, or was never read.</summary>
    internal Task WriteAsync(T value)
    {
        GrainState<T> state = _state;
        return RowPatience.OfWrites.RunAsync(
            () =>
            {
                state.State = value;
                return _storage.WriteStateAsync(_stateName, _key, state);
            },
            _clock);
    }

    /// <summary>Removes the row. The next write adds it anew.</summary>
    internal async Task ClearAsync()
    {
        GrainState<T> state = _state;
        await RowPatience.OfWrites.RunAsync(() => _storage.ClearStateAsync(_stateName, _key, state), _clock);
        _state = new();
    }
}
