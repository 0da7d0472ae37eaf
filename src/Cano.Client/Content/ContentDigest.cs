using System.Buffers;
using System.Globalization;
using System.Security.Cryptography;
using System.Text.Json;

namespace Cano;

/// <summary>
/// SHA-256 of the RFC 8785 canonical JSON of a batch's content, one instance at a time:
/// <c>{"instances":[...],"maxConcurrency":...,"sharedStore":...,"store":...,"timeout":...}</c>,
/// members that are left out being absent. The members are written here in the canonical order of their names.
/// </summary>
internal sealed class ContentDigest : IDisposable
{
    private readonly IncrementalHash _hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
    private readonly ArrayBufferWriter<byte> _buffer = new();
    private readonly ArrayBufferWriter<byte> _params = new();
    private bool _any;

    internal ContentDigest() => _hash.AppendData("{\"instances\":["u8);

    /// <summary>Adds the next instance.</summary>
    /// <returns>How long the canonical form of its params is, in bytes; 0 when it has none.</returns>
    /// <exception cref="JsonException">Its params are no JSON, or have no canonical form.</exception>
    internal int Add(InstanceSpec instance)
    {
        _params.ResetWrittenCount();
        if (instance.Params is not null)
        {
            CanonicalJson.Write(instance.Params, _params);
        }

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
            _buffer.Write(_params.WrittenSpan);
        }

        _buffer.Write(",\"workflow\":"u8);
        CanonicalJson.WriteString(instance.Workflow, _buffer);
        _buffer.Write("}"u8);
        _hash.AppendData(_buffer.WrittenSpan);
        return _params.WrittenCount;
    }

    /// <summary>Ends the content.</summary>
    /// <returns>The digest in lower-case hex.</returns>
    /// <exception cref="JsonException">A store has no canonical form.</exception>
    internal string Finish(int? maxConcurrency, JsonElement? store, ConcurrentTimeout timeout, JsonElement? sharedStore = null)
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
            CanonicalJson.Write(shared, _buffer);
        }

        if (store is { } values)
        {
            _buffer.Write(",\"store\":"u8);
            CanonicalJson.Write(values, _buffer);
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
        _hash.AppendData(_buffer.WrittenSpan);
        return Convert.ToHexStringLower(_hash.GetHashAndReset());
    }

    public void Dispose() => _hash.Dispose();
}
