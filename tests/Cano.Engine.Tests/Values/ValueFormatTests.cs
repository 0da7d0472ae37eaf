using System.Globalization;
using System.Text.Json;
using System.Text.Json.Serialization;

namespace Cano.Engine.Tests;

/// <summary>
/// Extensions of the format. They last for the process, and nothing takes them away again: each test has types of its own, so that the
/// order of the tests does not matter.
/// </summary>
public sealed class ValueFormatTests
{
    [Fact]
    public void Configure_WithAConverter_KeepsWhatWasRefusedBefore()
    {
        Temperature value = new(21.5m);
        Assert.Equal("unstorable-value", Assert.Throws<CanoConfigurationException>(() => new MemoryStore().Put("t", value)).Code);
        string before = ValueFormat.Current.Fingerprint;

        CanoJson.Configure(Temperature.Json);
        MemoryStore store = new();
        store.Put("t", value);
        store.Put("many", new Dictionary<string, Temperature> { ["a"] = value });

        Assert.Equal(21.5m, MemoryStore.FromJson(store.ToJson()).Get<Temperature>("t").Degrees);
        Assert.Equal(21.5m, store.Get<Dictionary<string, Temperature>>("many")["a"].Degrees);
        Assert.NotEqual(before, ValueFormat.Current.Fingerprint);
    }

    [Fact]
    public void Configure_TheSameAgain_ChangesNothing()
    {
        CanoJson.Configure(Nothing);
        CanoJson.Configure(Nothing);

        Assert.Single(ValueFormat.Current.Extensions, extension => extension == Nothing);
    }

    [Fact]
    public void AddWorkflow_AfterConfigureJson_TakesParamsThatNeedIt()
    {
        CanoBuilder cano = new(new Microsoft.Extensions.DependencyInjection.ServiceCollection());
        void Add() => cano.AddWorkflow(new WorkflowKey<Step, Weight>("test.weight"), workflow => workflow.Start(Step.Done).AddExitState(Step.Done));

        CanoConfigurationException refusal = Assert.Throws<CanoConfigurationException>(Add);
        cano.ConfigureJson(Weight.Json);
        Add();

        Assert.Equal("invalid-definition", refusal.Code);
        Assert.Contains("The params (Weight) can't be kept whole: $.grams: Weight.Grams has no way to be set", refusal.Message, StringComparison.Ordinal);
    }

    private static void Nothing(JsonSerializerOptions options)
    {
    }

    internal sealed class Temperature
    {
        private readonly decimal _degrees;

        internal Temperature(decimal degrees) => _degrees = degrees;

        public decimal Degrees => _degrees;

        internal static void Json(JsonSerializerOptions options) => options.Converters.Add(new Converter());

        private sealed class Converter : JsonConverter<Temperature>
        {
            public override Temperature Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) =>
                new(decimal.Parse(reader.GetString()!, CultureInfo.InvariantCulture));

            public override void Write(Utf8JsonWriter writer, Temperature value, JsonSerializerOptions options) =>
                writer.WriteStringValue(value.Degrees.ToString(CultureInfo.InvariantCulture));
        }
    }

    internal sealed class Weight
    {
        public int Grams { get; private set; }

        internal static void Json(JsonSerializerOptions options) => options.Converters.Add(new Converter());

        private sealed class Converter : JsonConverter<Weight>
        {
            public override Weight Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) => new() { Grams = reader.GetInt32() };

            public override void Write(Utf8JsonWriter writer, Weight value, JsonSerializerOptions options) => writer.WriteNumberValue(value.Grams);
        }
    }
}
