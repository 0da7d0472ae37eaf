using System.Buffers;
using System.Text.Encodings.Web;
using System.Text.Json;

namespace Cano;

/// <summary>A batch that passed the checks: its header with the digest, and its instances cut into partitions.</summary>
/// <remarks>
/// The cuts depend on the canonical content alone, never on how its JSON was formatted: partitions are keyed by the digest, so two starts with one digest must cut alike.
/// </remarks>
internal sealed class PreparedBatch
{
    private static readonly JsonWriterOptions s_compact = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    private readonly InstanceSpec[] _instances;
    private readonly int[] _firsts;
    private readonly byte[]? _store;

    private PreparedBatch(string id, BatchHeader header, InstanceSpec[] instances, byte[]? store)
    {
        Id = id;
        Header = header;
        _instances = instances;
        _store = store;
        _firsts = new int[header.PartitionSizes.Length];
        for (int p = 1; p < _firsts.Length; p++)
        {
            _firsts[p] = _firsts[p - 1] + header.PartitionSizes[p - 1];
        }
    }

    internal string Id { get; }

    internal BatchHeader Header { get; }

    internal int Partitions => _firsts.Length;

    /// <summary>Checks a batch, computes its digest and cuts it.</summary>
    /// <exception cref="CanoConfigurationException">Something is wrong with it.</exception>
    internal static PreparedBatch From(BatchSubmission batch)
    {
        SubmissionRules.Check(batch);
        using JsonDocument? store = ParseStore(batch.Store);
        using ContentDigest digest = new();
        InstanceSpec[] instances = new InstanceSpec[batch.Instances.Count];
        PartitionCuts cuts = new();
        InstanceSpec? largest = null;
        for (int i = 0; i < instances.Length; i++)
        {
            InstanceSpec instance = batch.Instances[i];
            int length = AddTo(digest, instance, i);
            if (instance.Params?.Length > length)
            {
                instance = instance with { Params = Compact(instance.Params) };
            }

            cuts.Add(instance, length);
            if (instance.Params is not null && instance.Params.Length > (largest?.Params!.Length ?? -1))
            {
                largest = instance;
            }

            instances[i] = instance;
        }

        byte[]? compactStore = store is null ? null : Compact(store);
        BatchHeader header = new()
        {
            Timeout = batch.Timeout,
            Name = batch.Name,
            MaxConcurrency = batch.MaxConcurrency,
            StoreBytes = compactStore?.Length ?? 0,
            Total = instances.Length,
            PartitionSizes = cuts.Sizes(),
            Digest = Finish(digest, batch, store),
            Workflows = [.. instances.Select(i => i.Workflow).Distinct(StringComparer.Ordinal).Order(StringComparer.Ordinal)],
            Labels = [.. instances.Select(i => i.Label).OfType<string>().Distinct(StringComparer.Ordinal).Take(BatchHeader.MaxLabels).Order(StringComparer.Ordinal)],
            LargestParams = largest?.Params!.Length ?? 0,
            LargestParamsInstance = largest?.Id,
        };
        return new(batch.Id, header, instances, compactStore);
    }

    /// <summary>The instances of one partition, ready to be sent.</summary>
    internal PartitionSpec Partition(int index) => new()
    {
        BatchId = Id,
        FirstOrdinal = _firsts[index],
        Instances = _instances.AsSpan(_firsts[index], Header.PartitionSizes[index]).ToArray(),
        Store = _store,
    };

    private static int AddTo(ContentDigest digest, InstanceSpec instance, int place)
    {
        try
        {
            return digest.Add(instance);
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

    private static string Finish(ContentDigest digest, BatchSubmission batch, JsonDocument? store)
    {
        try
        {
            return digest.Finish(batch.MaxConcurrency, store?.RootElement, batch.Timeout);
        }
        catch (JsonException exception)
        {
            throw InvalidStore(exception.Message, exception);
        }
    }

    /// <summary>Null for an empty store, however it was said.</summary>
    private static JsonDocument? ParseStore(byte[]? json)
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
            throw InvalidStore(exception.Message, exception);
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
        throw InvalidStore($"it must be a JSON object and was of kind {kind}.", null);
    }

    private static CanoConfigurationException InvalidStore(string fault, Exception? exception) =>
        new(ErrorCodes.InvalidValue, $"The store given to the batch is not valid: {fault}", "$.store", exception);

    /// <summary>The same text without white space and needless escapes; names keep their order and numbers their digits, which mean something to the reader.</summary>
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
