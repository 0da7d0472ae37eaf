using System.Globalization;
using System.Text.Json;

namespace Cano;

/// <summary>
/// Reads a batch from JSON. The form is checked here, strictly and for all members; what it means is checked by
/// <see cref="SubmissionRules"/>.
/// </summary>
internal static class BatchDocument
{
    private static ReadOnlySpan<byte> ByteOrderMark => [0xEF, 0xBB, 0xBF];

    /// <summary>Reads a document.</summary>
    /// <param name="json">UTF-8, with or without a byte order mark.</param>
    /// <param name="faults">What is wrong, in the order of the document; empty when a batch is returned.</param>
    /// <param name="newId">Makes the id of a batch that has none; null: <see cref="BatchSubmission.NewId"/>.</param>
    /// <returns>The batch; null when there are faults.</returns>
    internal static PreparedBatch? Read(ReadOnlyMemory<byte> json, out IReadOnlyList<CanoConfigurationException> faults, Func<string>? newId = null)
    {
        DocumentFaults found = new();
        PreparedBatch? batch = Read(json, found, newId ?? BatchSubmission.NewId);
        faults = found.All;
        return batch;
    }

    private static PreparedBatch? Read(ReadOnlyMemory<byte> json, DocumentFaults faults, Func<string> newId)
    {
        if (json.Span.StartsWith(ByteOrderMark))
        {
            json = json[ByteOrderMark.Length..];
        }

        try
        {
            using JsonDocument document = JsonDocument.Parse(json);
            BatchSubmission? batch = Batch(document.RootElement, faults, newId);
            return batch is null || faults.Any ? null : PreparedBatch.From(batch);
        }
        catch (JsonException exception)
        {
            faults.Add("$", Broken(exception));
        }
        catch (CanoConfigurationException fault)
        {
            faults.Add(fault);
        }

        return null;
    }

    /// <summary>Reads the first line of a batch that is sent line by line: all but the instances.</summary>
    /// <returns>The batch without instances; null, with faults, if it can't be read.</returns>
    internal static BatchSubmission? ReadHead(ReadOnlyMemory<byte> line, DocumentFaults faults, Func<string> newId) => ReadLine(
        line,
        1,
        faults,
        root => DocumentObject.From(root, "$", faults, "id", "name", "timeout", "maxConcurrency", "store", "sharedStore") is { } document ? Head(document, () => [], faults, newId) : null);

    /// <summary>Reads a later line of such a batch.</summary>
    /// <param name="line">The line.</param>
    /// <param name="number">Which one it is, from 1.</param>
    /// <param name="place">The place of the instance in its batch, from 0.</param>
    /// <param name="faults">Where to say what is wrong.</param>
    /// <returns>The instance; null, with faults, if it can't be read.</returns>
    internal static InstanceSpec? ReadInstance(ReadOnlyMemory<byte> line, int number, int place, DocumentFaults faults)
    {
        int before = faults.All.Count;
        InstanceSpec? instance = ReadLine(line, number, faults, root => Instance(root, string.Create(CultureInfo.InvariantCulture, $"$.instances[{place}]"), faults));
        return faults.All.Count == before ? instance : null;
    }

    private static T? ReadLine<T>(ReadOnlyMemory<byte> line, int number, DocumentFaults faults, Func<JsonElement, T?> read)
        where T : class
    {
        try
        {
            using JsonDocument document = JsonDocument.Parse(line);
            return read(document.RootElement);
        }
        catch (JsonException exception)
        {
            faults.Add("$", Broken(exception, number));
            return null;
        }
    }

    private static BatchSubmission? Batch(JsonElement root, DocumentFaults faults, Func<string> newId) =>
        DocumentObject.From(root, "$", faults, "id", "name", "timeout", "maxConcurrency", "store", "sharedStore", "instances") is { } document
            ? Head(document, () => Instances(document, faults), faults, newId)
            : null;

    private static BatchSubmission? Head(DocumentObject document, Func<InstanceSpec[]> readInstances, DocumentFaults faults, Func<string> newId)
    {
        string? id = document.Text("id");
        string? name = document.Text("name");
        ConcurrentTimeout? timeout = TimeoutDocument.Read(document, faults);
        int? maxConcurrency = document.Number("maxConcurrency");
        byte[]? store = Store(document, "store");
        byte[]? sharedStore = Store(document, "sharedStore");
        InstanceSpec[] instances = readInstances();
        return timeout is null
            ? null
            : new()
            {
                Id = id ?? newId(),
                Name = name,
                Timeout = timeout,
                MaxConcurrency = maxConcurrency,
                Store = store,
                SharedStore = sharedStore,
                Instances = instances,
            };
    }

    private static byte[]? Store(DocumentObject document, string name)
    {
        if (document.Value(name) is not { } store)
        {
            return null;
        }

        if (store.ValueKind is not JsonValueKind.Object)
        {
            document.Fault(name, $"{name} must be an object; it was {DocumentText.Shown(store)}.");
            return null;
        }

        return DocumentText.RawBytes(store);
    }

    private static InstanceSpec[] Instances(DocumentObject document, DocumentFaults faults)
    {
        if (document.Value("instances") is not { } instances)
        {
            return [];
        }

        if (instances.ValueKind is not JsonValueKind.Array)
        {
            document.Fault("instances", $"instances must be an array; it was {DocumentText.Shown(instances)}.");
            return [];
        }

        InstanceSpec[] specs = new InstanceSpec[instances.GetArrayLength()];
        int place = 0;
        foreach (JsonElement instance in instances.EnumerateArray())
        {
            specs[place] = Instance(instance, string.Create(CultureInfo.InvariantCulture, $"$.instances[{place}]"), faults);
            place++;
        }

        return specs;
    }

    private static InstanceSpec Instance(JsonElement element, string path, DocumentFaults faults)
    {
        DocumentObject? instance = DocumentObject.From(element, path, faults, "id", "workflow", "params", "label");
        return new(
            instance?.RequiredText("id") ?? "",
            instance?.RequiredText("workflow") ?? "",
            instance?.Value("params") is { } @params ? DocumentText.RawBytes(@params) : null,
            instance?.Text("label"));
    }

    private static string Broken(JsonException exception, int firstLine = 1)
    {
        // "... LineNumber: 0 | BytePositionInLine: 7." counts from 0; advice about reader options is for programmers.
        string what = exception.Message;
        foreach (string tail in (string[])[" LineNumber:", " Change the reader options", " Path:"])
        {
            what = what.IndexOf(tail, StringComparison.Ordinal) is > 0 and var at ? what[..at] : what;
        }

        return string.Create(
            CultureInfo.InvariantCulture, $"The JSON is broken at line {exception.LineNumber + firstLine}, column {exception.BytePositionInLine + 1}: {what}");
    }
}
