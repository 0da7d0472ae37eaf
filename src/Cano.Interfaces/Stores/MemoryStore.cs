using System.Diagnostics.CodeAnalysis;
using System.Text.Json;

namespace Cano;

/// <summary>A store in memory; safe for concurrent use.</summary>
/// <remarks>A value that came from JSON is kept as it came until it is read; reading it as a type turns it into an object of that type for good.</remarks>
public sealed class MemoryStore : IWorkflowStore
{
    private readonly Lock _gate = new();
    private readonly Dictionary<string, object?> _values = new(StringComparer.Ordinal);

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
        lock (_gate)
        {
            if (!_values.TryGetValue(key, out object? held))
            {
                value = default;
                return false;
            }

            value = Read<T>(key, held);
            if (held is JsonElement && typeof(T) != typeof(object))
            {
                _values[key] = value;
            }

            return true;
        }
    }

    /// <inheritdoc/>
    public void Put<T>(string key, T value)
    {
        StorableText.RequireName(key);
        lock (_gate)
        {
            _values[key] = value;
        }
    }

    /// <inheritdoc/>
    public void Append<T>(string key, T item)
    {
        StorableText.RequireName(key);
        lock (_gate)
        {
            // A new list: the present one is what a failed attempt is put back to.
            _values[key] = _values.TryGetValue(key, out object? held) ? [.. Read<List<T>>(key, held), item] : new List<T> { item };
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
    internal bool TryGetHeld(string key, out object? held)
    {
        lock (_gate)
        {
            return _values.TryGetValue(key, out held);
        }
    }

    /// <summary>Puts back what <see cref="TryGetHeld"/> told.</summary>
    internal void PutBack(string key, bool wasThere, object? held)
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
    internal static MemoryStore FromJson(ReadOnlySpan<byte> json)
    {
        MemoryStore store = new();
        if (!json.IsEmpty)
        {
            foreach ((string key, JsonElement value) in JsonSerializer.Deserialize<Dictionary<string, JsonElement>>(json, CanoJson.Values) ?? [])
            {
                store._values[key] = value;
            }
        }

        return store;
    }

    /// <summary>The values as one JSON object; null when there are none.</summary>
    internal byte[]? ToJson()
    {
        lock (_gate)
        {
            return _values.Count == 0 ? null : JsonSerializer.SerializeToUtf8Bytes(_values, CanoJson.Values);
        }
    }

    private static T Read<T>(string key, object? held)
    {
        try
        {
            return held switch
            {
                T value => value,
                null when default(T) is null => default!,
                JsonElement json => json.Deserialize<T>(CanoJson.Values)!,
                _ => throw new InvalidCastException($"The store's value '{key}' is {held?.GetType().Name ?? "null"}; it can't be read as {typeof(T).Name}."),
            };
        }
        catch (JsonException exception)
        {
            throw new InvalidCastException($"The store's value '{key}' can't be read as {typeof(T).Name}: {exception.Message}", exception);
        }
    }
}
