namespace Cano.Engine.Tests;

public sealed class MemoryStoreTests
{
    private readonly MemoryStore _store = new();

    [Fact]
    public void Put_ThenGet_IsAnEqualValueOfItsOwn()
    {
        List<int> put = [1];
        _store.Put("a", put);
        put.Add(2);
        _store.Get<List<int>>("a").Add(3);

        Assert.Equal([1], _store.Get<List<int>>("a"));
    }

    [Fact]
    public void Get_AsAWiderType_IsTheSameNumber()
    {
        _store.Put("a", 5);

        Assert.Equal((5L, 5.0, 5m), (_store.Get<long>("a"), _store.Get<double>("a"), _store.Get<decimal>("a")));
    }

    /// <summary>Reading a value as a smaller type threw the rest away, for good.</summary>
    [Fact]
    public void Get_AsAPartOfTheValue_ChangesNothing()
    {
        _store.Put("order", new Input(7, "seven"));
        Assert.Equal(7, _store.Get<Part>("order").Number);

        Assert.Equal(new Input(7, "seven"), _store.Get<Input>("order"));
        Assert.Equal("""{"order":{"number":7,"text":"seven"}}""", Flow.Text(_store.ToJson()));
    }

    [Fact]
    public void Put_Again_Replaces()
    {
        _store.Put("a", 1);
        _store.Put("a", "two");

        Assert.Equal("two", _store.Get<string>("a"));
        Assert.Equal(1, _store.Count);
    }

    [Fact]
    public void Put_Null_IsAValue()
    {
        _store.Put<string?>("a", null);

        Assert.True(_store.TryGet("a", out string? value));
        Assert.Null(value);
        Assert.True(_store.Contains("a"));
    }

    [Fact]
    public void Get_OfNoSuchKey_NamesIt() =>
        Assert.Equal("The store has no value named 'b'.", Assert.Throws<KeyNotFoundException>(() => _store.Get<int>("b")).Message);

    [Fact]
    public void TryGet_OfNoSuchKey_IsFalse()
    {
        Assert.False(_store.TryGet("b", out int value));
        Assert.Equal(0, value);
    }

    [Fact]
    public void Get_AsAnotherType_NamesIt()
    {
        _store.Put("a", "text");

        Assert.StartsWith(
            "The store's value 'a' can't be read as int: ", Assert.Throws<InvalidCastException>(() => _store.Get<int>("a")).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Append_BuildsAList()
    {
        _store.Append("a", 1);
        _store.Append("a", 2);

        Assert.Equal([1, 2], _store.Get<List<int>>("a"));
    }

    [Fact]
    public void Append_ToWhatIsNoList_IsRefused()
    {
        _store.Put("a", 1);
        _store.Append("b", "text");

        Assert.Equal(
            "The store's value 'a' is no list; nothing can be appended to it.",
            Assert.Throws<InvalidCastException>(() => _store.Append("a", 2)).Message);
        Assert.Throws<InvalidCastException>(() => _store.Append("b", 2));
        Assert.Equal("""{"a":1,"b":["text"]}""", Flow.Text(_store.ToJson()));
    }

    [Fact]
    public void Remove_TellsWhetherItWasThere()
    {
        _store.Put("a", 1);

        Assert.Equal([true, false], [_store.Remove("a"), _store.Remove("a")]);
        Assert.False(_store.Contains("a"));
    }

    [Fact]
    public void Clear_LeavesNothing()
    {
        _store.Put("a", 1);
        _store.Put("b", 1);
        Assert.Equal(["a", "b"], _store.Keys.Order());

        _store.Clear();

        Assert.Equal(0, _store.Count);
        Assert.Empty(_store.Keys);
        Assert.Null(_store.ToJson());
    }

    [Fact]
    public void EmptyKey_IsRefused()
    {
        Assert.Throws<ArgumentException>(() => _store.Put("", 1));
        Assert.Throws<ArgumentException>(() => _store.Append("", 1));
        Assert.Throws<ArgumentNullException>(() => _store.Get<int>(null!));
    }

    /// <summary>
    /// Halves of surrogate pairs are all written as U+FFFD: two such names were one in a checkpoint, which could not be read again.
    /// </summary>
    [Theory]
    [InlineData(0xd83d, "a\\uD83D")]
    [InlineData(0xde00, "a\\uDE00")]
    [InlineData(0x0000, "a\\u0000")]
    public void KeyThatCannotBeStored_IsRefusedByName(int character, string shown)
    {
        string key = $"a{(char)character}";
        string fault = $"The name '{shown}' of a value in a store has a character that can't be stored: NUL, or half a surrogate pair. (Parameter 'key')";

        Assert.Equal(fault, Assert.Throws<ArgumentException>(() => _store.Put(key, 1)).Message);
        Assert.Equal(fault, Assert.Throws<ArgumentException>(() => _store.Append(key, 1)).Message);
        Assert.Equal(0, _store.Count);
        Assert.False(_store.Contains(key));
    }

    [Fact]
    public void KeyWithWholeSurrogatePairs_IsTaken()
    {
        _store.Put("\ud83d\ude00", 1);

        Assert.Equal(1, MemoryStore.FromJson(_store.ToJson()).Get<int>("\ud83d\ude00"));
    }

    [Fact]
    public void Json_GoesThroughUnchanged()
    {
        const string json = """{"a":1,"b":{"number":2,"text":null},"c":[1,2],"d":"Done","e":null}""";

        MemoryStore store = MemoryStore.FromJson(Flow.Utf8(json));

        Assert.Equal(json, Flow.Text(store.ToJson()));
        Assert.Equal((1, new Input(2), Step.Done), (store.Get<int>("a"), store.Get<Input>("b"), store.Get<Step>("d")));
        store.Append("c", 3);
        Assert.Equal([1, 2, 3], store.Get<List<int>>("c"));
        Assert.Null(store.Get<string>("e"));
    }

    [Fact]
    public void Json_ThatDoesNotFitTheType_NamesKeyAndType() =>
        Assert.StartsWith(
            "The store's value 'a' can't be read as int: ",
            Assert.Throws<InvalidCastException>(() => MemoryStore.FromJson(Flow.Utf8("""{"a":"x"}""")).Get<int>("a")).Message,
            StringComparison.Ordinal);

    [Fact]
    public void Append_FromManyThreads_LosesNothing()
    {
        Parallel.For(0, 1_000, i => _store.Append("a", i));

        Assert.Equal(Enumerable.Range(0, 1_000), _store.Get<List<int>>("a").Order());
    }

    private sealed record Part(int Number);
}
