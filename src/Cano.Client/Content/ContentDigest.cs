using System.Buffers;
using System.Globalization;
using System.Security.Cryptography;
using System.Text.Json;

namespace Cano;

/// <summary>
/// SHA-256 of the canonical JSON of a batch's content, one instance at a time:
/// <c>{"instances":[...],"maxConcurrency":...,"sharedStore":...,"store":...,"timeout":...}</c>, members that are left out being absent. The
/// members are written here in the canonical order of their names. From the first value on that they see differently it
/// is made twice: as it is today, and as earlier versions made it, for which two numbers that one double stands for were the same.
/// </summary>
internal sealed class ContentDigest : IDisposable
{
    /// <summary>Numbers count with all their digits.</summary>
    internal const int Version = 1;

    private readonly IncrementalHash _hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
    private readonly ArrayBufferWriter<byte> _buffer = new();
    private readonly ArrayBufferWriter<byte> _value = new();
    private readonly ArrayBufferWriter<byte> _earlierValue = new();
    private bool _any;

    /// <summary>Null as long as the two are the same.</summary>
    private IncrementalHash? _earlierHash;

    internal ContentDigest() => Write("{\"instances\":["u8);

    /// <summary>Adds the next instance.</summary>
    /// <returns>How long the canonical form of its params is, in bytes; 0 when it has none.</returns>
    /// <exception cref="JsonException">Its params are no JSON, or have no canonical form.</exception>
    internal int Add(InstanceSpec instance)
    {
        using JsonDocument? @params = instance.Params is null ? null : JsonDocument.Parse(instance.Params);
        _buffer.ResetWrittenCount();
        _buffer.Write(_any ? ",{\"id\":"u8 : "{\"id\":"u8);
        _any = true;
        CanonicalJson.WriteString(instance.Id, _buffer);
        if (instance.Label is not null)
        {
            _buffer.Write(",\"label\":"u8);
            CanonicalJson.WriteString(instance.Label, _buffer);
        }

        if (instance.Params is not null)
        {
            _buffer.Write(",\"params\":"u8);
            Flush();
            WriteValue(@params!.RootElement);
        }

        _buffer.Write(",\"workflow\":"u8);
        CanonicalJson.WriteString(instance.Workflow, _buffer);
        _buffer.Write("}"u8);
        Flush();
        return @params is null ? 0 : _value.WrittenCount;
    }

    /// <summary>Ends the content.</summary>
    /// <returns>The digest in lower-case hex, and the one that earlier versions would have made; null if it is the same.</returns>
    /// <exception cref="JsonException">A store has no canonical form.</exception>
    internal (string Digest, string? Earlier) Finish(
        int? maxConcurrency, JsonElement? store, ConcurrentTimeout timeout, JsonElement? sharedStore = null)
    {
        _buffer.ResetWrittenCount();
        _buffer.Write("]"u8);
        if (maxConcurrency is { } limit)
        {
            _buffer.Write(",\"maxConcurrency\":"u8);
            CanonicalNumber.Write(limit, _buffer);
        }

        if (sharedStore is { } shared)
        {
            _buffer.Write(",\"sharedStore\":"u8);
            Flush();
            WriteValue(shared);
        }

        if (store is { } values)
        {
            _buffer.Write(",\"store\":"u8);
            Flush();
            WriteValue(values);
        }

        _buffer.Write(",\"timeout\":{"u8);
        if (timeout.DurationOrNull is { } duration)
        {
            _buffer.Write("\"duration\":"u8);
            CanonicalJson.WriteString(duration.ToString("c", CultureInfo.InvariantCulture), _buffer);
            _buffer.Write(","u8);
        }

        _buffer.Write("\"kind\":"u8);
        CanonicalJson.WriteString(StrategyWords.Of(timeout), _buffer);
        if (timeout.QuotaOrNull is { } quota)
        {
            _buffer.Write(",\"quota\":"u8);
            CanonicalNumber.Write(quota, _buffer);
        }

        _buffer.Write("}}"u8);
        Flush();
        string digest = Convert.ToHexStringLower(_hash.GetHashAndReset());
        return (digest, _earlierHash is null ? null : Convert.ToHexStringLower(_earlierHash.GetHashAndReset()));
    }

    public void Dispose()
    {
        _hash.Dispose();
        _earlierHash?.Dispose();
    }

    /// <summary>A value of the user's: its numbers are what the two digests differ in.</summary>
    private void WriteValue(JsonElement value)
    {
        _value.ResetWrittenCount();
        bool same = CanonicalJson.Write(value, NumberForm.Exact, _value);
        if (!same)
        {
            _earlierHash ??= _hash.Clone();
        }

        _hash.AppendData(_value.WrittenSpan);
        if (same)
        {
            _earlierHash?.AppendData(_value.WrittenSpan);
            return;
        }

        _earlierValue.ResetWrittenCount();
        CanonicalJson.Write(value, NumberForm.Double, _earlierValue);
        _earlierHash!.AppendData(_earlierValue.WrittenSpan);
    }

    private void Flush()
    {
        Write(_buffer.WrittenSpan);
        _buffer.ResetWrittenCount();
    }

    private void Write(ReadOnlySpan<byte> text)
    {
        _hash.AppendData(text);
        _earlierHash?.AppendData(text);
    }
}
