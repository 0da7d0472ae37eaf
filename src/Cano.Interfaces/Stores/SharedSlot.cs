namespace Cano;

/// <summary>
/// One value of <see cref="SharedStoreValues"/>: JSON in a buffer with room to grow, so that an item is appended without reading or copying
/// the list.
/// </summary>
internal sealed class SharedSlot
{
    private byte[] _buffer = [];
    private SharedValue? _value;

    internal SharedSlot()
    {
    }

    internal SharedSlot(SharedValue value)
    {
        _value = value;
        _buffer = value.Json;
        Length = value.Json.Length;
        Version = value.Version;
    }

    internal int Length { get; private set; }

    internal long Version { get; private set; }

    internal ReadOnlySpan<byte> Json => _buffer.AsSpan(0, Length);

    internal bool IsList => Json.TrimStart(JsonSpace) is [(byte)'[', ..];

    /// <summary>The texts of the items, where the value is a list that was asked for them; null: not read yet.</summary>
    internal HashSet<string>? Items { get; set; }

    private static ReadOnlySpan<byte> JsonSpace => " \t\r\n"u8;

    /// <summary>The value as it is now; the same object until it changes.</summary>
    internal SharedValue ToValue() => _value ??= new(Json.ToArray(), Version);

    internal void Set(ReadOnlySpan<byte> json, long version)
    {
        _buffer = json.ToArray();
        Length = json.Length;
        Changed(version);
    }

    /// <summary>How long the list will be with one more item.</summary>
    internal int LengthWith(ReadOnlySpan<byte> item) => Body(out bool isEmpty).Length + (isEmpty ? 1 : 2) + item.Length;

    /// <summary>Adds an item to the list.</summary>
    internal void Append(ReadOnlySpan<byte> item, long version)
    {
        int at = Body(out bool isEmpty).Length;
        int length = LengthWith(item);
        if (length > _buffer.Length || _value?.Json == _buffer)
        {
            // What was handed out is never changed.
            byte[] larger = new byte[Math.Max(length, Math.Min(2 * Length, SharedStoreValues.MaxBytes))];
            Json.CopyTo(larger);
            _buffer = larger;
        }

        if (!isEmpty)
        {
            _buffer[at++] = (byte)',';
        }

        item.CopyTo(_buffer.AsSpan(at));
        _buffer[length - 1] = (byte)']';
        Length = length;
        Changed(version);
    }

    /// <summary>The list without its closing bracket and the space before that.</summary>
    private ReadOnlySpan<byte> Body(out bool isEmpty)
    {
        ReadOnlySpan<byte> body = Json.TrimEnd(JsonSpace)[..^1].TrimEnd(JsonSpace);
        isEmpty = body.TrimStart(JsonSpace).Length == 1;
        return body;
    }

    private void Changed(long version)
    {
        Version = version;
        Items = null;
        _value = null;
    }
}
