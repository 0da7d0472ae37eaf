using System.Text.Json;
using System.Text.Json.Serialization;
using Cano;

namespace Shop.Documentation;

/// <summary>The number of an article: a value that JSON can't make by itself.</summary>
public sealed class Sku
{
    private readonly string _text;

    private Sku(string text) => _text = text;

    public static Sku Parse(string text) => new(text.ToUpperInvariant());

    public override string ToString() => _text;
}

/// <summary>How it is written, and who has to know.</summary>
public static class Skus
{
    public static void Json(JsonSerializerOptions options) => options.Converters.Add(new SkuConverter());

    public static void OnSilo(CanoBuilder cano) => cano
        .ConfigureJson(Json)                          // before the workflows, whose params are checked
        .AddWorkflow(Shipping.Key, Shipping.Define);

    public static void OnClient() => CanoJson.Configure(Json);

    private sealed class SkuConverter : JsonConverter<Sku>
    {
        public override Sku Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) => Sku.Parse(reader.GetString()!);

        public override void Write(Utf8JsonWriter writer, Sku value, JsonSerializerOptions options) => writer.WriteStringValue(value.ToString());
    }
}
