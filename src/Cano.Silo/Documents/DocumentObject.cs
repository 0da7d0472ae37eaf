using System.Text.Json;

namespace Cano;

/// <summary>
/// An object of a document. What is not as it must be is noted as a fault and read as if it were left out; null is the same as left out.
/// </summary>
internal sealed class DocumentObject
{
    private readonly DocumentFaults _faults;
    private readonly Dictionary<string, JsonElement> _members = new(StringComparer.Ordinal);

    private DocumentObject(JsonElement element, string path, DocumentFaults faults, ReadOnlySpan<string> known)
    {
        Path = path;
        _faults = faults;
        foreach (JsonProperty member in element.EnumerateObject())
        {
            string name = DocumentText.Read(member);
            if (!known.Contains(name))
            {
                faults.Add($"{path}.{name}", $"'{name}' is not a member of {DocumentText.Shown(path)}; known are {string.Join(", ", known!)}.");
            }
            else if (!_members.TryAdd(name, member.Value))
            {
                faults.Add($"{path}.{name}", $"'{name}' is there twice.");
            }
        }
    }

    internal string Path { get; }

    /// <summary>Null, with a fault, when it is no object.</summary>
    internal static DocumentObject? From(JsonElement element, string path, DocumentFaults faults, params ReadOnlySpan<string> known)
    {
        if (element.ValueKind is JsonValueKind.Object)
        {
            return new(element, path, faults, known);
        }

        faults.Add(path, $"{DocumentText.Shown(path)} must be an object; it was {DocumentText.Shown(element)}.");
        return null;
    }

    internal JsonElement? Value(string name) =>
        _members.TryGetValue(name, out JsonElement value) && value.ValueKind is not JsonValueKind.Null ? value : null;

    internal bool Has(string name) => Value(name) is not null;

    internal string? Text(string name)
    {
        if (Value(name) is not { } value)
        {
            return null;
        }

        if (value.ValueKind is JsonValueKind.String && DocumentText.Read(value) is { } text)
        {
            return text;
        }

        Fault(name, $"{name} must be a string; it was {DocumentText.Shown(value)}.");
        return null;
    }

    internal string? RequiredText(string name)
    {
        if (!Has(name))
        {
            Missing(name);
        }

        return Text(name);
    }

    internal int? Number(string name)
    {
        if (Value(name) is not { } value)
        {
            return null;
        }

        if (value.ValueKind is JsonValueKind.Number && value.TryGetInt32(out int number))
        {
            return number;
        }

        Fault(name, $"{name} must be a whole number of at most {int.MaxValue}; it was {DocumentText.Shown(value)}.");
        return null;
    }

    internal void Missing(string name, string why = "") => Fault(name, $"{name} is missing{why}.");

    internal void Fault(string name, string message, string code = ErrorCodes.InvalidDocument) => _faults.Add($"{Path}.{name}", message, code);
}
