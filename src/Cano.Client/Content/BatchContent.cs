using System.Buffers;
using System.Text.Encodings.Web;
using System.Text.Json;

namespace Cano;

/// <summary>
/// Takes the content of a batch in, one instance at a time: checks it, computes its digest, cuts it into partitions. It keeps the ids, to
/// find equal ones, and none of the instances.
/// </summary>
/// <remarks>
/// The cuts depend on the canonical content alone, never on how its JSON was formatted: partitions are keyed by the digest, so two starts
/// with one digest must cut alike.
/// </remarks>
internal sealed class BatchContent : IDisposable
{
    private static readonly JsonWriterOptions s_compact = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    private static readonly (string Name, string Path) s_store = ("store", "$.store");
    private static readonly (string Name, string Path) s_sharedStore = ("shared store", "$.sharedStore");

    private readonly BatchSubmission _head;
    private readonly JsonDocument? _store;
    private readonly JsonDocument? _sharedStore;
    private readonly ContentDigest _digest = new();
    private readonly PartitionCuts _cuts = new();
    private readonly Dictionary<string, int> _places;
    private readonly HashSet<string> _workflows = new(StringComparer.Ordinal);
    private readonly HashSet<string> _labels = new(StringComparer.Ordinal);
    private int _largestParams = -1;
    private string? _largestParamsInstance;

    /// <summary>Begins with a batch's head.</summary>
    /// <param name="head">The batch; its instances are not looked at.</param>
    /// <param name="expected">How many instances are to come, if that is known.</param>
    /// <exception cref="CanoConfigurationException">Something is wrong with the head.</exception>
    internal BatchContent(BatchSubmission head, int expected = 0)
    {
        SubmissionRules.CheckHead(head);
        _head = head;
        _store = ParseStore(head.Store, s_store);
        _sharedStore = ParseStore(head.SharedStore, s_sharedStore);
        _places = new(expected, StringComparer.Ordinal);
        Store = _store is null ? null : Compact(_store);
    }

    /// <summary>How many instances there are so far.</summary>
    internal int Count => _places.Count;

    /// <summary>What each instance's store begins with, as compact JSON; null: empty.</summary>
    internal byte[]? Store { get; }

    /// <summary>Takes the next instance in.</summary>
    /// <returns>The instance, its params without needless white space.</returns>
    /// <exception cref="CanoConfigurationException">Something is wrong with it.</exception>
    internal InstanceSpec Add(InstanceSpec instance)
    {
        int place = Count;
        SubmissionLimits.CheckInstance(instance, place, _places);
        int length = AddToDigest(instance, place);
        if (instance.Params?.Length > length)
        {
            instance = instance with { Params = Compact(instance.Params) };
        }

        _cuts.Add(instance, length);
        _workflows.Add(instance.Workflow);
        if (instance.Label is not null && _labels.Count < BatchHeader.MaxLabels)
        {
            _labels.Add(instance.Label);
        }

        if (instance.Params?.Length > _largestParams)
        {
            (_largestParams, _largestParamsInstance) = (instance.Params.Length, instance.Id);
        }

        return instance;
    }

    /// <summary>Ends the content.</summary>
    /// <returns>The batch without its instances.</returns>
    /// <exception cref="CanoConfigurationException">There are no instances or too many, or the store has no canonical form.</exception>
    internal BatchHeader Finish()
    {
        SubmissionLimits.CheckCount(Count);
        (string digest, string? earlier) = FinishDigest();
        return new()
        {
            Timeout = _head.Timeout,
            Name = _head.Name,
            MaxConcurrency = _head.MaxConcurrency,
            StoreBytes = Store?.Length ?? 0,
            Total = Count,
            PartitionSizes = _cuts.Sizes(),
            Digest = digest,
            DigestVersion = ContentDigest.Version,
            EarlierDigest = earlier,
            Workflows = [.. _workflows.Order(StringComparer.Ordinal)],
            Labels = [.. _labels.Order(StringComparer.Ordinal)],
            LargestParams = Math.Max(0, _largestParams),
            LargestParamsInstance = _largestParamsInstance,
            SharedStore = FinishSharedStore(),
        };
    }

    public void Dispose()
    {
        _digest.Dispose();
        _store?.Dispose();
        _sharedStore?.Dispose();
    }

    private int AddToDigest(InstanceSpec instance, int place)
    {
        try
        {
            return _digest.Add(instance);
        }
        catch (JsonException exception)
        {
            throw new CanoConfigurationException(
                ErrorCodes.InvalidValue,
                $"The params of instances[{place}] ('{instance.Id}') are not valid: {exception.Message}",
                $"$.instances[{place}].params",
                exception);
        }
    }

    private (string Digest, string? Earlier) FinishDigest()
    {
        (string Digest, string? Earlier) digest;
        try
        {
            digest = _digest.Finish(_head.MaxConcurrency, _store?.RootElement, _head.Timeout, _sharedStore?.RootElement);
        }
        catch (JsonException exception)
        {
            throw InvalidStore(HasCanonicalForm(_sharedStore) ? s_store : s_sharedStore, exception.Message, exception);
        }

        CheckNames(_store, s_store);
        CheckNames(_sharedStore, s_sharedStore);
        return digest;
    }

    private static bool HasCanonicalForm(JsonDocument? store)
    {
        try
        {
            if (store is not null)
            {
                CanonicalJson.Write(store.RootElement, NumberForm.Exact, new ArrayBufferWriter<byte>());
            }

            return true;
        }
        catch (JsonException)
        {
            return false;
        }
    }

    private byte[]? FinishSharedStore()
    {
        byte[]? json = _sharedStore is null ? null : Compact(_sharedStore);
        SubmissionLimits.CheckSharedStore(json?.Length ?? 0);
        return json;
    }

    /// <summary>The same names are refused when a node puts them.</summary>
    private static void CheckNames(JsonDocument? store, (string, string) which)
    {
        if (store?.RootElement.EnumerateObject().Select(value => StorableText.NameFault(value.Name)).FirstOrDefault(fault => fault is not null) is { } fault)
        {
            throw InvalidStore(which, fault, null);
        }
    }

    /// <summary>Null for an empty store, however it was said.</summary>
    private static JsonDocument? ParseStore(byte[]? json, (string, string) which)
    {
        if (json is null)
        {
            return null;
        }

        JsonDocument document;
        try
        {
            document = JsonDocument.Parse(json);
        }
        catch (JsonException exception)
        {
            throw InvalidStore(which, exception.Message, exception);
        }

        if (document.RootElement.ValueKind is JsonValueKind.Object)
        {
            if (document.RootElement.GetPropertyCount() > 0)
            {
                return document;
            }

            document.Dispose();
            return null;
        }

        JsonValueKind kind = document.RootElement.ValueKind;
        document.Dispose();
        throw InvalidStore(which, $"it must be a JSON object and was of kind {kind}.", null);
    }

    private static CanoConfigurationException InvalidStore((string Name, string Path) which, string fault, Exception? exception) =>
        new(ErrorCodes.InvalidValue, $"The {which.Name} given to the batch is not valid: {fault}", which.Path, exception);

    /// <summary>
    /// The same text without white space and needless escapes; names keep their order and numbers their digits, which mean something to the
    /// reader.
    /// </summary>
    private static byte[] Compact(JsonDocument document)
    {
        ArrayBufferWriter<byte> output = new();
        using (Utf8JsonWriter writer = new(output, s_compact))
        {
            document.RootElement.WriteTo(writer);
        }

        return output.WrittenSpan.ToArray();
    }

    private static byte[] Compact(byte[] json)
    {
        using JsonDocument document = JsonDocument.Parse(json);
        return Compact(document);
    }
}
