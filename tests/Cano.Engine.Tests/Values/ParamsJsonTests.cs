using System.Text;
using System.Text.Json;
using System.Text.Json.Serialization;

namespace Cano.Engine.Tests;

/// <summary>What strict reading refuses of params, and what it says.</summary>
public sealed class ParamsJsonTests
{
    private const string Good = """{"number":1,"delay":"00:00:01","color":"red","items":[{"name":"a","price":1.5}],"by":{"x":{"name":"b","price":2}},"note":null}""";

    [Fact]
    public void Read_WhatFits_IsRead()
    {
        Order order = Read<Order>(Good);

        Assert.Equal((1, TimeSpan.FromSeconds(1), Color.Red, null, 7), (order.Number, order.Delay, order.Color, order.Note, order.Optional));
        Assert.Equal((new Item("a", 1.5m), new Item("b", 2)), (order.Items[0], order.By["x"]));
    }

    [Fact]
    public void Read_SeveralFaults_AreAllTold() => Assert.Equal(
        [
            "$.instances[3].params.numbr: unknown member; there are number, delay, color, items, by, note, optional",
            "$.instances[3].params.color: can't be read as Color; it is the string \"purpel\"; there are Red, Green",
            "$.instances[3].params.items: must not be null (List<Item>)",
            "$.instances[3].params.by.x.price: can't be read as decimal; it is true",
            "$.instances[3].params.by.x.name: missing; it must be there (string)",
            "$.instances[3].params.number: missing; it must be there (int)",
            "$.instances[3].params.delay: missing; it must be there (TimeSpan)",
            "$.instances[3].params.note: missing; it must be there (string)",
        ],
        Faults<Order>("""{"numbr":1,"color":"purpel","items":null,"by":{"x":{"price":true}}}""", "$.instances[3].params"));

    [Theory]
    [InlineData("""{"amount":1,"Amount":2}""", "$.Amount: the same member as 'amount'")]
    [InlineData("""{"amount":1,"other name":2}""", "$['other name']: unknown member; there are amount")]
    [InlineData("""{"amount":null}""", "$.amount: can't be read as int; it is null")]
    [InlineData("""{"amount":2.0}""", "$.amount: can't be read as int; it is the number 2.0")]
    [InlineData("""{"amount":99999999999}""", "$.amount: can't be read as int; it is the number 99999999999")]
    [InlineData("7", "$: can't be read as Amount; it is the number 7")]
    public void Read_OneFault_IsTold(string json, string fault) => Assert.Equal([fault], Faults<Amount>(json));

    [Theory]
    [InlineData("""{"amount":1,"Amount":2}""")]
    [InlineData("""{"a":1,"A":2}""")]
    public void Read_KeysOfADictionaryThatDifferInCase_AreTwo(string json) => Assert.Equal(2, Read<Dictionary<string, int>>(json).Count);

    [Fact]
    public void Read_TypeThatAllowsUnknownMembers_HasThem() => Assert.Equal(1, Read<Lenient>("""{"amount":1,"unknown":2}""").Amount);

    [Fact]
    public void Read_TypeThatKeepsUnknownMembers_KeepsThem() => Assert.True(Read<Extensible>("""{"amount":1,"unknown":2}""").Rest!.ContainsKey("unknown"));

    [Fact]
    public void Read_MemberThatTheTypeLeavesOutWhenItIsNull_MayBeMissing()
    {
        Sparse sparse = new(1, null);
        string json = JsonSerializer.Serialize(sparse, CanoJson.Values);

        Assert.Equal("""{"amount":1}""", json);
        Assert.Equal(sparse, Read<Sparse>(json));
    }

    [Fact]
    public void Read_MemberThatIsOnlyWritten_MayBeThere()
    {
        Computed computed = new(2);

        Assert.Equal(computed, Read<Computed>(JsonSerializer.Serialize(computed, CanoJson.Values)));
    }

    [Fact]
    public void Read_DerivedType_IsCheckedAsSuch()
    {
        Assert.Equal(new Circle(2), Read<Shape>("""{"$type":"circle","radius":2}"""));
        Assert.Equal(["$.size: unknown member; there are radius", "$.radius: missing; it must be there (double)"], Faults<Shape>("""{"$type":"circle","size":2}"""));
        Assert.Equal(["$.$type: unknown; it says which type it is; there are circle"], Faults<Shape>("""{"$type":"square","size":2}"""));
        Assert.Equal(["$.$type: missing; it says which type it is; there are circle"], Faults<Shape>("""{"radius":2}"""));
    }

    [Fact]
    public void Read_WhatAConstructorRefuses_SaysWhy() => Assert.Equal(["$: Even numbers only. (Parameter 'number')"], Faults<Even>("""{"number":3}"""));

    [Fact]
    public void Read_NoJson_SaysSo() => Assert.StartsWith("$: ", Assert.Single(Faults<Amount>("{")), StringComparison.Ordinal);

    [Fact]
    public void Read_ManyFaults_TellsTwenty() =>
        Assert.Equal(20, Faults<Amount>($$"""{"amount":1,{{string.Join(',', Enumerable.Range(0, 30).Select(i => $"\"x{i}\":1"))}}}""").Length);

    private static T Read<T>(string json)
    {
        Assert.Empty(ParamsJson.Read(Encoding.UTF8.GetBytes(json), "$", out T value));
        return value;
    }

    private static string[] Faults<T>(string json, string path = "$") =>
        [.. ParamsJson.Read<T>(Encoding.UTF8.GetBytes(json), path, out _).Select(fault => fault.ToString())];

    internal enum Color
    {
        Red,
        Green,
    }

    internal sealed record Item(string Name, decimal Price);

    internal sealed record Order(int Number, TimeSpan Delay, Color Color, List<Item> Items, Dictionary<string, Item> By, string? Note, int Optional = 7);

    internal sealed record Amount([property: JsonPropertyName("amount")] int Value);

    [JsonUnmappedMemberHandling(JsonUnmappedMemberHandling.Skip)]
    internal sealed record Lenient(int Amount);

    internal sealed record Extensible(int Amount)
    {
        [JsonExtensionData]
        public Dictionary<string, JsonElement>? Rest { get; set; }
    }

    internal sealed record Sparse(int Amount, [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] string? Note);

    internal sealed record Computed(int Amount)
    {
        public int Twice => 2 * Amount;
    }

    [JsonDerivedType(typeof(Circle), "circle")]
    internal abstract record Shape;

    internal sealed record Circle(double Radius) : Shape;

    internal sealed record Even
    {
        public Even(int number) => Number = number % 2 == 0 ? number : throw new ArgumentException("Even numbers only.", nameof(number));

        public int Number { get; }
    }
}
