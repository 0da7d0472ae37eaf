using System.Diagnostics.CodeAnalysis;

namespace Cano;

/// <summary>
/// What one attempt of a node changes: the store, which it writes at once and can put back as it was, and the output. Once the attempt has
/// ended nothing can be changed through it, so that what a node left running does no harm. Safe for concurrent use.
/// </summary>
/// <param name="store">The instance's store; null: it is one of another type, which is not undone.</param>
/// <param name="state">The state, for messages.</param>
/// <param name="attempt">Which attempt it is, for messages.</param>
internal sealed class AttemptChanges(MemoryStore? store, string state, int attempt) : IWorkflowStore
{
    /// <summary>Stands for the changes of every attempt that has ended.</summary>
    internal static readonly AttemptChanges Ended = new(store: null, "", 0) { _isEnded = true };

    private readonly MemoryStore _store = store ?? new();
    private string? _firstKey;
    private Earlier _first;
    private Dictionary<string, Earlier>? _others;
    private byte[]? _output;
    private bool _isEnded;

    public IReadOnlyCollection<string> Keys => _store.Keys;

    public int Count => _store.Count;

    public T Get<T>(string key) => _store.Get<T>(key);

    public bool TryGet<T>(string key, [MaybeNullWhen(false)] out T value) => _store.TryGet(key, out value);

    public bool Contains(string key) => _store.Contains(key);

    public void Put<T>(string key, T value)
    {
        lock (_store.Gate)
        {
            Note(key);
            _store.Put(key, value);
        }
    }

    public void Append<T>(string key, T item)
    {
        lock (_store.Gate)
        {
            Note(key);
            _store.Append(key, item);
        }
    }

    public bool Remove(string key)
    {
        lock (_store.Gate)
        {
            Note(key);
            return _store.Remove(key);
        }
    }

    public void Clear()
    {
        lock (_store.Gate)
        {
            foreach (string key in _store.Keys)
            {
                Note(key);
            }

            ThrowIfEnded();
            _store.Clear();
        }
    }

    internal void SetOutput(byte[] output)
    {
        lock (_store.Gate)
        {
            ThrowIfEnded();
            _output = output;
        }
    }

    /// <summary>The attempt succeeded: its changes stay.</summary>
    /// <returns>The output that it set; null: it set none.</returns>
    internal byte[]? Keep()
    {
        lock (_store.Gate)
        {
            _isEnded = true;
            return _output;
        }
    }

    /// <summary>The attempt failed: the store is put back as it was.</summary>
    internal void Undo()
    {
        lock (_store.Gate)
        {
            _isEnded = true;
            if (_firstKey is not null)
            {
                _store.PutBack(_firstKey, _first.WasThere, _first.Held);
            }

            foreach ((string key, Earlier earlier) in _others ?? [])
            {
                _store.PutBack(key, earlier.WasThere, earlier.Held);
            }
        }
    }

    internal static InvalidOperationException TooLate(string state, int attempt) => new(
        $"Attempt {attempt} in state {state} has ended: what it left running can't use its store, set its output or get services any more. Await all that a node begins.");

    /// <summary>
    /// Before the first change of a value by this attempt: keeps what is there. Most attempts change one value, which needs no dictionary.
    /// </summary>
    private void Note(string? key)
    {
        ThrowIfEnded();
        if (key is null || key == _firstKey || (_others is not null && _others.ContainsKey(key)))
        {
            return;
        }

        Earlier earlier = new(_store.TryGetHeld(key, out ReadOnlyMemory<byte> held), held);
        if (_firstKey is null)
        {
            (_firstKey, _first) = (key, earlier);
        }
        else
        {
            (_others ??= new(StringComparer.Ordinal)).Add(key, earlier);
        }
    }

    private void ThrowIfEnded()
    {
        if (_isEnded)
        {
            throw TooLate(state, attempt);
        }
    }

    private readonly record struct Earlier(bool WasThere, ReadOnlyMemory<byte> Held);
}
