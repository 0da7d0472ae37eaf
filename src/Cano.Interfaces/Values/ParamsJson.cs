using System.Text.Json;

namespace Cano;

/// <summary>Reads params strictly, and says what does not fit.</summary>
internal static class ParamsJson
{
    /// <summary>Reads params.</summary>
    /// <param name="json">UTF-8 JSON.</param>
    /// <param name="path">The JSON path at which faults are told.</param>
    /// <param name="value">The params; <c>default</c> where there are faults.</param>
    /// <returns>What does not fit; empty when they were read.</returns>
    internal static IReadOnlyList<SubmissionFault> Read<TParams>(byte[] json, string path, out TParams value)
    {
        JsonSerializerOptions options = StrictJson.Of(CanoJson.Values);
        try
        {
            value = JsonSerializer.Deserialize<TParams>(json, options)!;
            return [];
        }
        catch (Exception exception)
        {
            // Whatever it is, also what a constructor of the user's throws: it says that these params can't be used.
            value = default!;
            return Explain(json, typeof(TParams), options, path, exception);
        }
    }

    private static List<SubmissionFault> Explain(byte[] json, Type type, JsonSerializerOptions options, string path, Exception thrown)
    {
        try
        {
            using JsonDocument document = JsonDocument.Parse(json, new() { MaxDepth = options.MaxDepth });
            List<SubmissionFault> found = MisfitFinder.Find(document.RootElement, type, options, path);
            if (found.Count > 0)
            {
                return found;
            }
        }
        catch (Exception exception)
            when (exception is JsonException or InvalidOperationException or NotSupportedException or ArgumentException)
        {
            // It is no JSON, or the type has no contract; what the serializer said tells why.
        }

        return [new(JsonPath.Below(path, (thrown as JsonException)?.Path), JsonMessage.Of(thrown))];
    }
}
