using System.Buffers.Text;
using System.Text.Json;

namespace Cano;

/// <summary>
/// The values of a shared store while changes are made, and what each change does: pure, one change after the other, each whole or not at
/// all. Not safe for concurrent use.
/// </summary>
/// <param name="owner">Whose store it is, for messages: "of batch 'b'".</param>
internal sealed class SharedStoreValues(string owner)
{
    /// <summary>The largest a shared store may become, names included (two bytes a character): it is one row.</summary>
    internal const int MaxBytes = 1_000_000;

    private readonly Dictionary<string, SharedSlot> _slots = new(StringComparer.Ordinal);
    /// <param name="owner">Whose store it is, for messages.</param>
    /// <param name="values">The values that there are.</param>
    /// <param name="lastVersion">The highest version of any value that there ever was.</param>
    internal SharedStoreValues(string owner, IEnumerable<KeyValuePair<string, SharedValue>> values, long lastVersion)
        : this(owner)
    {
        LastVersion = lastVersion;
        foreach ((string key, SharedValue value) in values)
        {
            _slots.Add(key, new(value));
            Bytes += Cost(key, value.Json.Length);
        }
    }

    /// <summary>The highest version of any value, removed ones included, so that a version never comes again.</summary>
    internal long LastVersion { get; private set; }

    /// <summary>How large the store is, as its limit counts it.</summary>
    internal long Bytes { get; private set; }

    /// <summary>The names, in no particular order.</summary>
    internal IReadOnlyCollection<string> Keys => _slots.Keys;

    /// <summary>A value; null when there is none of that name.</summary>
    internal SharedValue? Get(string key) => _slots.GetValueOrDefault(key)?.ToValue();

    /// <summary>A copy of all values.</summary>
    internal Dictionary<string, SharedValue> ToValues()
    {
        Dictionary<string, SharedValue> values = new(_slots.Count, StringComparer.Ordinal);
        foreach ((string key, SharedSlot slot) in _slots)
        {
            values.Add(key, slot.ToValue());
        }

        return values;
    }

    /// <summary>Sets a value, if its version is still the one given (0: it must not be there; null: whatever is there).</summary>
    /// <returns>False if the version is another.</returns>
    /// <exception cref="CanoConfigurationException">The store would grow too large.</exception>
    internal bool Put(string key, byte[] json, long? ifVersion)
    {
        StorableText.RequireName(key);
        SharedSlot? slot = _slots.GetValueOrDefault(key);
        if (ifVersion is { } version && version != (slot?.Version ?? 0))
        {
            return false;
        }

        RequireJson(json);
        Set(key, slot, json);
        return true;
    }

    /// <summary>Takes a value away, if it is there and its version is still the one given (null: whatever it is).</summary>
    /// <returns>False: nothing was changed.</returns>
    internal bool Remove(string key, long? ifVersion)
    {
        if (!_slots.TryGetValue(key, out SharedSlot? slot) || (ifVersion is { } version && version != slot.Version))
        {
            return false;
        }

        _slots.Remove(key);
        Bytes -= Cost(key, slot.Length);
        LastVersion++;
        return true;
    }

    /// <summary>Adds an item to the end of a list, which begins with it if it was not there.</summary>
    /// <returns>False if the value of that name is no list.</returns>
    /// <exception cref="CanoConfigurationException">The store would grow too large.</exception>
    internal bool Append(string key, byte[] json)
    {
        StorableText.RequireName(key);
        RequireJson(json);
        SharedSlot? slot = _slots.GetValueOrDefault(key);
        if (slot is { IsList: false })
        {
            return false;
        }

        Add(key, slot, json);
        return true;
    }

    /// <summary>Adds to a whole number, which is 0 if it was not there.</summary>
    /// <returns>The sum; null if the value is no whole number of 64 bits, or the sum would be none.</returns>
    /// <exception cref="CanoConfigurationException">The store would grow too large.</exception>
    internal long? Increment(string key, long by)
    {
        StorableText.RequireName(key);
        SharedSlot? slot = _slots.GetValueOrDefault(key);
        long present = 0;
        if (slot is not null && (!Utf8Parser.TryParse(slot.Json, out present, out int read) || read != slot.Length))
        {
            return null;
        }

        Int128 sum = (Int128)present + by;
        if (sum < long.MinValue || sum > long.MaxValue)
        {
            return null;
        }

        Set(key, slot, JsonSerializer.SerializeToUtf8Bytes((long)sum));
        return (long)sum;
    }

    /// <summary>Adds an item to a list unless it is in it.</summary>
    /// <returns>Whether it was added; null if the value of that name is no list.</returns>
    /// <exception cref="CanoConfigurationException">The store would grow too large.</exception>
    internal bool? AddToSet(string key, byte[] json)
    {
        StorableText.RequireName(key);
        string item = SharedSet.TextOf(json);
        SharedSlot? slot = _slots.GetValueOrDefault(key);
        if (slot is { IsList: false })
        {
            return null;
        }

        HashSet<string> items = slot is null ? new(StringComparer.Ordinal) : slot.Items ?? SharedSet.Read(slot.Json);
        if (items.Contains(item))
        {
            slot!.Items = items;
            return false;
        }

        SharedSlot added = Add(key, slot, json);
        items.Add(item);
        added.Items = items;
        return true;
    }

    /// <summary>Takes an item out of a list, as often as it is in it.</summary>
    /// <returns>Whether it was in it; null if the value of that name is no list.</returns>
    internal bool? RemoveFromSet(string key, byte[] json)
    {
        string item = SharedSet.TextOf(json);
        if (!_slots.TryGetValue(key, out SharedSlot? slot))
        {
            return false;
        }

        if (!slot.IsList)
        {
            return null;
        }

        HashSet<string> items = slot.Items ??= SharedSet.Read(slot.Json);
        if (!items.Contains(item))
        {
            return false;
        }

        Set(key, slot, SharedSet.Without(slot.Json, item));
        items.Remove(item);
        slot.Items = items;
        return true;
    }

    internal static long Cost(string key, int length) => (2L * key.Length) + length;

    /// <exception cref="JsonException">It is no JSON: clients of Cano's never send that, others may.</exception>
    private static void RequireJson(byte[] json)
    {
        Utf8JsonReader reader = new(json);
        while (reader.Read())
        {
        }
    }

    private void Set(string key, SharedSlot? slot, byte[] json)
    {
        RequireRoom(key, slot is null ? Cost(key, json.Length) : json.Length - slot.Length);
        (slot ?? NewSlot(key)).Set(json, ++LastVersion);
    }

    private SharedSlot Add(string key, SharedSlot? slot, byte[] json)
    {
        RequireRoom(key, slot is null ? Cost(key, json.Length + 2) : slot.LengthWith(json) - slot.Length);
        if (slot is null)
        {
            slot = NewSlot(key);
            slot.Set("[]"u8, version: 0);
        }

        slot.Append(json, ++LastVersion);
        return slot;
    }

    private SharedSlot NewSlot(string key)
    {
        SharedSlot slot = new();
        _slots.Add(key, slot);
        return slot;
    }

    /// <summary>Counts what a change adds, or refuses it.</summary>
    private void RequireRoom(string key, long more)
    {
        if (more > 0 && Bytes + more > MaxBytes)
        {
            throw new CanoConfigurationException(
                ErrorCodes.StoreTooLarge,
                $"With '{key}' the shared store {owner} would hold {Bytes + more} bytes; at most {MaxBytes} are allowed. "
                + "Put the data elsewhere and share a reference.");
        }

        Bytes += more;
    }
}
