using System.Text.Json;
using System.Text.Json.Serialization;

namespace Cano;

/// <summary>
/// How users' values (params, outputs, store values) are written as JSON, and read; params are read strictly in addition.
/// </summary>
public static class CanoJson
{
    /// <summary>System.Text.Json's web defaults (camelCase, case-insensitive reading, numbers from strings) with enums as strings. Read-only.</summary>
    public static JsonSerializerOptions Values { get; } = MakeValues();

    private static JsonSerializerOptions MakeValues()
    {
        JsonSerializerOptions options = new(JsonSerializerDefaults.Web) { Converters = { new JsonStringEnumConverter() } };
        options.MakeReadOnly(populateMissingResolver: true);
        return options;
    }
}
