using System.Diagnostics.CodeAnalysis;
using System.Text.Json;

namespace Cano;

/// <summary>A store in memory; safe for concurrent use.</summary>
/// <remarks>Values are JSON from the moment they are put, as they are in a checkpoint, so that nothing changes when one is made.</remarks>
public sealed class MemoryStore : IWorkflowStore
{
    private readonly Lock _gate = new();
    private readonly Dictionary<string, ReadOnlyMemory<byte>> _values = new(StringComparer.Ordinal);

    /// <inheritdoc/>
    public IReadOnlyCollection<string> Keys
    {
        get
        {
            lock (_gate)
            {
                return [.. _values.Keys];
            }
        }
    }

    /// <inheritdoc/>
    public int Count
    {
        get
        {
            lock (_gate)
            {
                return _values.Count;
            }
        }
    }

    /// <inheritdoc/>
    public T Get<T>(string key) =>
        TryGet<T>(key, out var value) ? value : throw new KeyNotFoundException($"The store has no value named '{key}'.");

    /// <inheritdoc/>
    public bool TryGet<T>(string key, [MaybeNullWhen(false)] out T value)
    {
        ArgumentNullException.ThrowIfNull(key);
        ReadOnlyMemory<byte> json;
        lock (_gate)
        {
            if (!_values.TryGetValue(key, out json))
            {
                value = default;
                return false;
            }
        }

        value = ValueJson.Read<T>(json.Span, ValuePlace.InStore(key));
        return true;
    }

    /// <inheritdoc/>
    public void Put<T>(string key, T value)
    {
        StorableText.RequireName(key);
        byte[] json = ValueJson.Write(value, ValuePlace.InStore(key));
        lock (_gate)
        {
            _values[key] = json;
        }
    }

    /// <inheritdoc/>
    public void Append<T>(string key, T item)
    {
        StorableText.RequireName(key);
        ValuePlace place = ValuePlace.InStore(key);
        byte[] json = ValueJson.Write(item, place);
        lock (_gate)
        {
            _values[key] = _values.TryGetValue(key, out ReadOnlyMemory<byte> list)
                ? JsonList.Append<T>(list.Span, json, place)
                : JsonList.Of(json);
        }
    }

    /// <inheritdoc/>
    public bool Remove(string key)
    {
        lock (_gate)
        {
            return _values.Remove(key);
        }
    }

    /// <inheritdoc/>
    public bool Contains(string key)
    {
        lock (_gate)
        {
            return _values.ContainsKey(key);
        }
    }

    /// <inheritdoc/>
    public void Clear()
    {
        lock (_gate)
        {
            _values.Clear();
        }
    }

    /// <summary>Guards the values; what must see several calls as one step takes it first.</summary>
    internal Lock Gate => _gate;

    /// <summary>What is held under a name, as <see cref="PutBack"/> takes it.</summary>
    internal bool TryGetHeld(string key, out ReadOnlyMemory<byte> held)
    {
        lock (_gate)
        {
            return _values.TryGetValue(key, out held);
        }
    }

    /// <summary>Puts back what <see cref="TryGetHeld"/> told.</summary>
    internal void PutBack(string key, bool wasThere, ReadOnlyMemory<byte> held)
    {
        lock (_gate)
        {
            if (wasThere)
            {
                _values[key] = held;
            }
            else
            {
                _values.Remove(key);
            }
        }
    }

    /// <summary>A new store with the values of a JSON object; null or empty gives an empty store.</summary>
    /// <exception cref="JsonException">It is no JSON object.</exception>
    internal static MemoryStore FromJson(byte[]? json)
    {
        MemoryStore store = new();
        if (json is { Length: > 0 })
        {
            foreach ((string name, ReadOnlyMemory<byte> value) in JsonObjectBytes.Read(json))
            {
                store._values[name] = value;
            }
        }

        return store;
    }

    /// <summary>The values as one JSON object; null when there are none.</summary>
    internal byte[]? ToJson()
    {
        lock (_gate)
        {
            return _values.Count == 0 ? null : JsonObjectBytes.Write(_values);
        }
    }
}
