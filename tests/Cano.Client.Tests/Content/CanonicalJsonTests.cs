using System.Buffers;
using System.Globalization;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using CsCheck;

namespace Cano.Content;

public class CanonicalJsonTests
{
    [Fact]
    public void Write_ExampleOfTheRfc_IsItsCanonicalForm() => Assert.Equal(
        """{"literals":[null,true,false],"numbers":[333333333.3333333,1e+30,4.5,0.002,1e-27],"string":"€$\u000f\nA'B\"\\\\\"/"}""",
        Canonical("""
            {
              "numbers": [333333333.33333329, 1E30, 4.50, 2e-3, 0.000000000000000000000000001],
              "string": "\u20ac$\u000F\u000aA'\u0042\u0022\u005c\\\"\/",
              "literals": [null, true, false]
            }
            """));

    /// <summary>RFC 8785, section 3.2.3: by UTF-16 code units, so that the emoji (a surrogate pair) comes before U+FB33.</summary>
    [Fact]
    public void Write_NamesOfTheRfc_AreSortedByUtf16CodeUnits()
    {
        string canonical = Canonical("""
            {
              "\u20ac": "Euro Sign",
              "\r": "Carriage Return",
              "\ufb33": "Hebrew Letter Dalet With Dagesh",
              "1": "One",
              "\ud83d\ude00": "Emoji: Grinning Face",
              "\u0080": "Control",
              "\u00f6": "Latin Small Letter O With Diaeresis"
            }
            """);

        Assert.Equal(
            ["Carriage Return", "One", "Control", "Latin Small Letter O With Diaeresis", "Euro Sign", "Emoji: Grinning Face", "Hebrew Letter Dalet With Dagesh"],
            JsonNode.Parse(canonical)!.AsObject().Select(m => m.Value!.GetValue<string>()));
        Assert.StartsWith("""{"\r":"Carriage Return","1":"One",""", canonical, StringComparison.Ordinal);
        Assert.Contains("\"😀\":", canonical, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("{}", "{}")]
    [InlineData(" [ ] ", "[]")]
    [InlineData("\"\"", "\"\"")]
    [InlineData("-0", "0")]
    [InlineData("-0.0e5", "0")]
    [InlineData("1.0", "1")]
    [InlineData("9007199254740993", "9007199254740992")]
    [InlineData("""{"b":{"d":1,"c":2},"a":[{"z":1,"y":2}]}""", """{"a":[{"y":2,"z":1}],"b":{"c":2,"d":1}}""")]
    [InlineData("""{"aa":1,"a":2,"A":3,"":4}""", """{"":4,"A":3,"a":2,"aa":1}""")]
    [InlineData("""{"\u0062":1,"a":2}""", """{"a":2,"b":1}""")]
    [InlineData("\"\\b\\f\\n\\r\\t\\u0000\\u001f\\u007f\\u2028\\/\"", "\"\\b\\f\\n\\r\\t\\u0000\\u001f\u007f\u2028/\"")]
    public void Write_Json_IsCanonical(string json, string canonical) => Assert.Equal(canonical, Canonical(json));

    [Theory]
    [InlineData("""{"a":1,"a":1}""", "An object has the name 'a' twice.")]
    [InlineData("""{"a":1,"\u0061":2}""", "An object has the name 'a' twice.")]
    [InlineData("""[1e400]""", "The number 1e400 is beyond what a double can hold; send it as a string.")]
    [InlineData("\"\\ud800\"", "A string is no valid UTF-8, or has half a surrogate pair.")]
    [InlineData("{\"\\udc00\":1}", "A name is no valid UTF-8, or has half a surrogate pair.")]
    public void Write_WithoutCanonicalForm_IsRefused(string json, string message) =>
        Assert.Equal(message, Assert.Throws<JsonException>(() => Canonical(json)).Message);

    [Fact]
    public void Write_NumberLongerThanAnyDotNetNumber_IsRefused()
    {
        string longest = "1." + new string('0', CanonicalJson.MaxNumberLength - 2);

        Assert.Equal("1", Canonical(longest));
        Assert.Equal("A number of 65 characters is too long; send it as a string.", Assert.Throws<JsonException>(() => Canonical(longest + "0")).Message);
    }

    [Theory]
    [InlineData("{\"a\":")]
    [InlineData("{} {}")]
    [InlineData("")]
    [InlineData("{'a':1}")]
    public void Write_NoJson_IsRefused(string json) => Assert.ThrowsAny<JsonException>(() => Canonical(json));

    [Fact]
    public void Write_InvalidUtf8_IsRefused()
    {
        byte[] json = [(byte)'"', 0xC3, 0x28, (byte)'"'];

        Assert.ThrowsAny<JsonException>(() => CanonicalJson.Write(json, NumberForm.Double, new ArrayBufferWriter<byte>()));
    }

    [Fact]
    public void WriteString_HalfASurrogatePair_IsRefused() =>
        Assert.Throws<JsonException>(() => CanonicalJson.WriteString("a\ud800b", new ArrayBufferWriter<byte>()));

    [Fact]
    public void Write_SameValueFormattedOtherwise_IsTheSame()
    {
        Gen<JsonNode?> leaf = Gen.OneOf(
            Gen.Double[-1e9, 1e9].Select(d => (JsonNode?)d),
            Gen.Int.Select(i => (JsonNode?)i),
            Gen.String[Gen.Char.AlphaNumeric, 0, 8].Select(s => (JsonNode?)s),
            Gen.Bool.Select(b => (JsonNode?)b),
            Gen.Const((JsonNode?)null));
        Gen<KeyValuePair<string, JsonNode?>[]> members = Gen.Dictionary(Gen.String[Gen.Char["aäz€Z\n\""], 0, 4], leaf)[0, 8].Select(d => d.ToArray());

        Gen.Select(members, members).Sample((outer, inner) =>
        {
            Assert.Equal(Canonical(Text(outer, inner, indented: false)), Canonical(Text([.. outer.Reverse()], [.. inner.Reverse()], indented: true)));
        });

        static string Text(KeyValuePair<string, JsonNode?>[] outer, KeyValuePair<string, JsonNode?>[] inner, bool indented)
        {
            JsonObject Object(KeyValuePair<string, JsonNode?>[] members) => new(members.Select(m => KeyValuePair.Create(m.Key, m.Value?.DeepClone())));
            JsonObject all = Object(outer);
            all["nested"] = new JsonArray(Object(inner));
            return all.ToJsonString(new JsonSerializerOptions
            {
                WriteIndented = indented,
                Encoder = indented ? System.Text.Encodings.Web.JavaScriptEncoder.UnsafeRelaxedJsonEscaping : null,
            });
        }
    }

    [Theory]
    [InlineData("1", "1")]
    [InlineData("100", "100")]
    [InlineData("1e2", "100")]
    [InlineData("1E+23", "1e+23")]
    [InlineData("0.10", "0.10")]
    [InlineData("1e-1", "0.1")]
    [InlineData("1.0", "1.0")]
    [InlineData("10e-1", "1.0")]
    [InlineData("1.00", "1.00")]
    [InlineData("1.0e2", "100")]
    [InlineData("-0", "-0")]
    [InlineData("0.0", "0.0")]
    [InlineData("0e5", "0")]
    [InlineData("1.0e-30", "10e-31")]
    [InlineData("9007199254740993", "9007199254740993")]
    [InlineData("9007199254740993.50", "9007199254740993.50")]
    [InlineData("900719925474099300000e2", "9007199254740993e7")]
    [InlineData("1e-99999999999", "1e-99999999999")]
    public void Write_NumberExactly_KeepsItsDigitsAndNotItsLayout(string json, string canonical)
    {
        Assert.Equal(canonical, Canonical(json, NumberForm.Exact));
        Assert.True(canonical.Length <= json.Length || canonical == Canonical(json), "What is longer than its canonical form is taken for one with needless white space.");
    }

    [Fact]
    public void Write_DecimalsExactly_AreTheSameOnlyIfTheirDigitsAre() =>
        Gen.Select(Gen.Decimal, Gen.Decimal).Sample((one, other) =>
        {
            string text = one.ToString(CultureInfo.InvariantCulture);
            string canonical = Canonical(text, NumberForm.Exact);
            Assert.Equal(one.ToString(CultureInfo.InvariantCulture), decimal.Parse(canonical, NumberStyles.Float, CultureInfo.InvariantCulture).ToString(CultureInfo.InvariantCulture));
            Assert.Equal(text == other.ToString(CultureInfo.InvariantCulture), canonical == Canonical(other.ToString(CultureInfo.InvariantCulture), NumberForm.Exact));
        });

    [Fact]
    public void Write_DoublesExactly_IsAsTheRfcSays() => Gen.Double.Where(double.IsFinite).Sample(value =>
    {
        string text = JsonSerializer.Serialize(value);
        Assert.True(Canonical(text) == Canonical(text, NumberForm.Exact) || text == "-0", text);
    });

    private static string Canonical(string json, NumberForm numbers = NumberForm.Double)
    {
        ArrayBufferWriter<byte> output = new();
        bool same = CanonicalJson.Write(Encoding.UTF8.GetBytes(json), numbers, output);
        string text = Encoding.UTF8.GetString(output.WrittenSpan);
        Assert.Equal(numbers is NumberForm.Double || text == Canonical(json), same || numbers is NumberForm.Double);
        return text;
    }
}
