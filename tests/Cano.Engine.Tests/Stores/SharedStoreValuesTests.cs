using System.Text;
using System.Text.Json;
using CsCheck;

namespace Cano.Engine.Tests;

/// <summary>What each change of a shared store does, without I/O.</summary>
public sealed class SharedStoreValuesTests
{
    private static readonly string[] s_keys = ["a", "b", "c"];
    private static readonly string[] s_texts = ["x", "y", "é\"😀"];

    private readonly SharedStoreValues _values = new("of batch 'b'");

    /// <summary>A change, and what it does to plain objects: null, or a list of texts, or a number.</summary>
    private static readonly Gen<(string Name, Func<SharedStoreValues, object?> Make, Func<Dictionary<string, object>, object?> Expect)> s_change =
        Gen.Select(Gen.Int[0, 2].Select(i => s_keys[i]), Gen.Int[0, 6], Gen.Int[0, 2].Select(i => s_texts[i]), Gen.Long[-3, 3]).Select(
            ((string Key, int Kind, string Text, long By) of) => of.Kind switch
            {
                0 => Of($"put list {of.Key}", v => v.Put(of.Key, Json(new[] { of.Text, of.Text }), null), m => Set(m, of.Key, new List<string> { of.Text, of.Text })),
                1 => Of($"put number {of.Key}", v => v.Put(of.Key, Json(of.By), null), m => Set(m, of.Key, of.By)),
                2 => Of($"remove {of.Key}", v => v.Remove(of.Key, null), m => m.Remove(of.Key)),
                3 => Of($"append {of.Text} to {of.Key}", v => v.Append(of.Key, Json(of.Text)), m => List(m, of.Key) is { } list && Add(list, of.Text)),
                4 => Of($"add {of.Text} to {of.Key}", v => v.AddToSet(of.Key, Json(of.Text)), m => List(m, of.Key) is { } list ? !list.Contains(of.Text) && Add(list, of.Text) : null),
                5 => Of($"take {of.Text} from {of.Key}", v => v.RemoveFromSet(of.Key, Json(of.Text)), m => !m.ContainsKey(of.Key) ? false : List(m, of.Key) is { } list ? list.RemoveAll(one => one == of.Text) > 0 : null),
                _ => Of($"increment {of.Key}", v => v.Increment(of.Key, of.By), m => m.GetValueOrDefault(of.Key, 0L) is long n ? (m[of.Key] = n + of.By) : null),
            });

    /// <summary>Any changes, with the values written and read again after any of them, are those of plain lists and numbers.</summary>
    [Fact]
    public void Changes_InAnyOrder_AreThoseOfListsAndNumbers() => Gen.Select(s_change, Gen.Bool).Array[0, 40].Sample(steps =>
    {
        Dictionary<string, object> model = [];
        SharedStoreValues values = new("of batch 'b'");
        long version = 0;
        foreach (((string name, Func<SharedStoreValues, object?> make, Func<Dictionary<string, object>, object?> expect), bool isWritten) in steps)
        {
            HashSet<string> before = [.. model.Keys];
            object? made = make(values);
            object? expected = expect(model);
            if (!Equals(made, expected))
            {
                throw new InvalidOperationException($"{name}: {made} in place of {expected}");
            }

            // Removing nothing from a list changes nothing; every change has a version of its own.
            Assert.True(values.LastVersion >= version && values.LastVersion <= version + 1, name);
            version = values.LastVersion;
            Dictionary<string, SharedValue> written = values.ToValues();
            foreach (string key in s_keys)
            {
                Assert.Equal(
                    model.TryGetValue(key, out object? held) ? JsonSerializer.Serialize(held) : null,
                    values.Get(key) is { } value ? JsonSerializer.Serialize(JsonSerializer.Deserialize<JsonElement>(value.Json)) : null);
            }

            values = isWritten ? new("of batch 'b'", written, values.LastVersion) : values;
        }
    });

    [Fact]
    public void ToValues_IsACopy_ThatLaterChangesLeaveAsItIs()
    {
        _values.Append("list", Json(1));
        SharedValue one = _values.ToValues()["list"];
        for (int i = 2; i < 200; i++)
        {
            _values.Append("list", Json(i));
        }

        Assert.Equal(("[1]", 1), (Text(one), one.Version));
        Assert.Equal(Enumerable.Range(1, 199), JsonSerializer.Deserialize<int[]>(_values.Get("list")!.Json)!);
    }

    [Fact]
    public void Values_OfARow_AreNeverChangedInPlace()
    {
        byte[] row = [.. "[1]"u8];
        SharedStoreValues values = new("of batch 'b'", [new("list", new(row, 1))], 1);

        values.Append("list", Json(2));
        values.AddToSet("list", Json(3));

        Assert.Equal("[1]"u8, row);
        Assert.Equal("[1,2,3]", Text(values.Get("list")!));
    }

    [Theory]
    [InlineData("[]", "[7]")]
    [InlineData(" [ ] ", " [7]")]
    [InlineData("[\n  1\n]\n", "[\n  1,7]")]
    [InlineData("[[]]", "[[],7]")]
    public void Append_ListWrittenWithSpace_IsStillAList(string list, string expected)
    {
        _values.Put("list", Encoding.UTF8.GetBytes(list), null);

        Assert.True(_values.Append("list", Json(7)));

        Assert.Equal(expected, Text(_values.Get("list")!));
    }

    [Theory]
    [InlineData("1.0")]
    [InlineData("1e3")]
    [InlineData("\"1\"")]
    [InlineData("null")]
    [InlineData("9223372036854775807")]
    [InlineData("9223372036854775808")]
    public void Increment_OfWhatIsNoWholeNumberOrWouldBeNone_ChangesNothing(string present)
    {
        _values.Put("n", Encoding.UTF8.GetBytes(present), null);

        Assert.Null(_values.Increment("n", 1));

        Assert.Equal((present, 1L), (Text(_values.Get("n")!), _values.LastVersion));
    }

    [Fact]
    public void AddToSet_SameItemWrittenInAnotherWay_IsThere()
    {
        _values.Put("set", [.. "[\"é\", {\"a\":1}]"u8], null);

        Assert.False(_values.AddToSet("set", [.. "\"\\u00E9\""u8]));
        Assert.False(_values.AddToSet("set", [.. "{ \"a\": 1 }"u8]));
        Assert.True(_values.AddToSet("set", [.. "{\"a\":1.0}"u8]));
    }

    [Fact]
    public void Put_ToTheLastByte_FitsAndOneMoreIsRefused()
    {
        _values.Increment("n", 1);
        string rest = new('x', SharedStoreValues.MaxBytes - 3 - 2 - 2);
        Assert.True(_values.Put("x", Json(rest), null));

        Assert.Throws<CanoConfigurationException>(() => _values.Increment("n", 9));
        Assert.Throws<CanoConfigurationException>(() => _values.Append("y", Json(1)));
        Assert.Throws<CanoConfigurationException>(() => _values.AddToSet("y", Json(1)));
        Assert.Throws<CanoConfigurationException>(() => _values.Put("x", Json(rest + "x"), null));

        Assert.Equal(("1", 2L), (Text(_values.Get("n")!), _values.LastVersion));
        Assert.Equal(["n", "x"], _values.Keys.Order());
        Assert.True(_values.Put("x", Json(""), null));
        Assert.Equal(10, _values.Increment("n", 9));
    }

    [Fact]
    public void Put_WithAVersion_IsMadeOnlyOnThatOne()
    {
        Assert.False(_values.Put("a", Json(1), ifVersion: 1));
        Assert.True(_values.Put("a", Json(1), ifVersion: 0));
        Assert.False(_values.Put("a", Json(2), ifVersion: 0));
        Assert.True(_values.Put("a", Json(2), ifVersion: 1));
        Assert.False(_values.Remove("a", ifVersion: 1));
        Assert.True(_values.Remove("a", ifVersion: 2));
        Assert.True(_values.Put("a", Json(3), ifVersion: 0));
        Assert.Equal(4, _values.Get("a")!.Version);
    }

    [Fact]
    public void WhatIsNoJson_IsRefused()
    {
        Assert.ThrowsAny<JsonException>(() => _values.Put("a", [.. "{"u8], null));
        Assert.ThrowsAny<JsonException>(() => _values.Append("a", [.. "1,2"u8]));
        Assert.ThrowsAny<JsonException>(() => _values.AddToSet("a", []));
        Assert.Empty(_values.Keys);
    }

    private static (string Name, Func<SharedStoreValues, object?> Make, Func<Dictionary<string, object>, object?> Expect) Of(
        string name, Func<SharedStoreValues, object?> make, Func<Dictionary<string, object>, object?> expect) => (name, make, expect);

    private static bool Set(Dictionary<string, object> model, string key, object value)
    {
        model[key] = value;
        return true;
    }

    private static List<string>? List(Dictionary<string, object> model, string key)
    {
        if (model.TryGetValue(key, out object? held))
        {
            return held as List<string>;
        }

        List<string> list = [];
        model[key] = list;
        return list;
    }

    private static bool Add(List<string> list, string text)
    {
        list.Add(text);
        return true;
    }

    private static byte[] Json<T>(T value) => JsonSerializer.SerializeToUtf8Bytes(value);

    private static string Text(SharedValue value) => Encoding.UTF8.GetString(value.Json);
}
