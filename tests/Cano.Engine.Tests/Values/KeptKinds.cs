using System.Collections.Concurrent;
using System.Collections.Immutable;
using System.Collections.ObjectModel;
using System.Numerics;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace Cano.Engine.Tests;

/// <summary>Kinds of values that come back as they were.</summary>
internal static class KeptKinds
{
    internal static readonly ValueKind[] All =
    [
        Of("bool", true), Of("byte", byte.MaxValue), Of("sbyte", sbyte.MinValue), Of("short", short.MinValue), Of("ushort", ushort.MaxValue),
        Of("int", int.MinValue), Of("uint", uint.MaxValue), Of("long", long.MinValue), Of("ulong", ulong.MaxValue),
        Of("Int128", Int128.MinValue), Of("UInt128", UInt128.MaxValue), Of("Half", Half.Epsilon), Of("float", 0.1f), Of("double", 0.1),
        Of("the smallest double", double.Epsilon), Of("minus zero", -0.0, (a, b) => Assert.Equal(double.IsNegative(a), double.IsNegative(b))),
        Of("decimal with its scale", 1.00m, (a, b) => Assert.Equal(a.Scale, b.Scale)), Of("the largest decimal", decimal.MaxValue),
        Of("char", 'ä'), Of("empty text", ""), Of("text", "Straße \"1\"\n\u0001 \U0001F600"), Of("U+FFFD", "a\uFFFDb"),
        Of<string?>("null", null), Of<int?>("int?", 5), Of<int?>("int? without a value", null),
        Of("Guid", Guid.Parse("7d1e8b3c-3a0f-4d59-8d5c-0b7c3a6a2f11")), Of("Uri", new Uri("https://example.org/a?b=c#d")),
        Of("relative Uri", new Uri("/a/b", UriKind.Relative)), Of("Version", new Version(1, 2, 3)),
        Of("DateTime UTC", new DateTime(2026, 11, 22, 1, 2, 3, 456, DateTimeKind.Utc).AddTicks(7), SameKind),
        Of("DateTime without kind", new DateTime(2026, 11, 22, 1, 2, 3), SameKind),
        Of("DateTimeOffset", new DateTimeOffset(2026, 11, 22, 1, 2, 3, TimeSpan.FromHours(-5)), (a, b) => Assert.True(a.EqualsExact(b))),
        Of("DateOnly", new DateOnly(2026, 11, 22)), Of("TimeOnly", new TimeOnly(1, 2, 3, 4)), Of("TimeSpan", TimeSpan.FromTicks(-1)),
        Of("the longest TimeSpan", TimeSpan.MaxValue),
        Of("enum", DayOfWeek.Friday), Of("enum without a member", (DayOfWeek)77), Of("flags", Kept.Rights.Read | Kept.Rights.Write),
        Of("flags of ulong", Kept.Rights.All), Of("negative enum", Kept.Signed.Below), Of("enum with a converter", Kept.Color.Green),
        Of("bytes", new byte[] { 0, 255 }), Of("ReadOnlyMemory of bytes", new ReadOnlyMemory<byte>([1, 2]), (a, b) => Assert.Equal(a.ToArray(), b.ToArray())),
        Of("Memory of ints", new Memory<int>([1, 2]), (a, b) => Assert.Equal(a.ToArray(), b.ToArray())),
        Of("array", new[] { 3, 1, 2 }), Of("empty array", Array.Empty<string>()), Of("jagged array", new int[][] { [1], [], [2, 3] }),
        Of("list", new List<string?> { "a", null }), Of("list of lists", new List<List<int>> { new() { 1 }, new() }),
        Of<IReadOnlyList<int>>("IReadOnlyList", [1, 2]), Of<IEnumerable<int>>("IEnumerable", Enumerable.Range(1, 3)),
        Of<ICollection<int>>("ICollection", [1]), Of<IList<int>>("IList", [1]), Of<ISet<int>>("ISet", new HashSet<int> { 2, 1 }),
        Of("HashSet", new HashSet<int> { 3, 1 }), Of("HashSet of text with Ordinal", new HashSet<string>(StringComparer.Ordinal) { "b", "a" }),
        Of("SortedSet", new SortedSet<int> { 2, 1 }), Of("Queue", new Queue<int>([1, 2])), Of("LinkedList", new LinkedList<int>([1, 2])),
        Of("Collection", new Collection<int> { 1 }), Of("ObservableCollection", new ObservableCollection<int> { 1 }),
        Of("ConcurrentQueue", new ConcurrentQueue<int>([1, 2])), Of("derived list without members", new Kept.Names { "a" }),
        Of("ImmutableArray", ImmutableArray.Create(1, 2)), Of("ImmutableList", ImmutableList.Create(1, 2)),
        Of("ImmutableHashSet", ImmutableHashSet.Create(1, 2)), Of("ImmutableSortedSet", ImmutableSortedSet.Create(2, 1)),
        Of("ImmutableQueue", ImmutableQueue.Create(1, 2)),
        Of("Dictionary", new Dictionary<string, int> { ["B"] = 1, ["b"] = 2, [""] = 3 }),
        Of("Dictionary of ints", new Dictionary<int, string> { [-1] = "a" }),
        Of("Dictionary of enums", new Dictionary<DayOfWeek, int> { [DayOfWeek.Monday] = 1 }),
        Of("Dictionary of Guids", new Dictionary<Guid, int> { [Guid.Empty] = 1 }),
        Of("Dictionary of dates", new Dictionary<DateOnly, int> { [new(2026, 1, 2)] = 1 }),
        Of("Dictionary of lists", new Dictionary<string, List<int>> { ["a"] = [1] }),
        Of("SortedDictionary", new SortedDictionary<int, int> { [2] = 1, [1] = 2 }), Of("SortedList", new SortedList<int, int> { [2] = 1 }),
        Of("ConcurrentDictionary", new ConcurrentDictionary<string, int> { ["a"] = 1, ["b"] = 2 }),
        Of("ImmutableDictionary", ImmutableDictionary<string, int>.Empty.Add("a", 1)),
        Of("ImmutableSortedDictionary", ImmutableSortedDictionary<int, int>.Empty.Add(1, 1)),
        Of<IReadOnlyDictionary<string, int>>("IReadOnlyDictionary", new Dictionary<string, int> { ["a"] = 1 }),
        Of<IDictionary<string, int>>("IDictionary", new Dictionary<string, int> { ["a"] = 1 }),
        Of("KeyValuePair", new KeyValuePair<string, int>("a", 1)), Of("tuple", (From: 10, To: 20)), Of("tuple in a tuple", (1, ("a", 2.5m))),
        Of("tuple of nine", (1, 2, 3, 4, 5, 6, 7, 8, 9)), Of("list of tuples", new List<(int, string)> { (1, "a") }),
        Of("dictionary of tuples", new Dictionary<string, (int From, int To)> { ["a"] = (1, 2) }), Of("Tuple", Tuple.Create(1, "a")),
        Of<(int, int)?>("tuple?", (1, 2)), Of("anonymous type", new { A = 1, B = "b" }), Of("Vector3", new Vector3(1, 2, 3)),
        Of("struct with fields", new Kept.Point { X = 3, Y = 4 }), Of("record struct", new Kept.OrderId(Guid.Empty)),
        Of("record without members", new Kept.Nothing()), Of("record with a computed member", Order(), SameText),
        Of("record of itself", new Kept.Tree(1, new(2), new(3, new(4)))), Of("record that others derive from", new Kept.Base(1)),
        Of("class with settable members", new Kept.Settable { Name = "n", Number = 1, Numbers = [1] }, SameText),
        Of("class with a constructor for JSON", new Kept.Money(12.5m), (a, b) => Assert.Equal(a.Amount, b.Amount)),
        Of("private setter with JsonInclude", new Kept.Included().Set(3), (a, b) => Assert.Equal(a.Number, b.Number)),
        Of("populated list", new Kept.Populated { Numbers = { 1, 2 } }, (a, b) => Assert.Equal(a.Numbers, b.Numbers)),
        Of<Kept.Shape>("derived type with a discriminator", new Kept.Circle("c", 3)),
        Of("list of derived types", new List<Kept.Shape> { new Kept.Square("s", 1), new Kept.Circle("c", 2) }),
        Of<Kept.IAnimal>("interface with a discriminator", new Kept.Dog("d")),
        Of("JsonElement", JsonSerializer.Deserialize<JsonElement>("""{"a":[1,null]}"""), (a, b) => Assert.True(JsonElement.DeepEquals(a, b))),
        Of("JsonObject", new JsonObject { ["a"] = 1 }, (a, b) => Assert.True(JsonNode.DeepEquals(a, b))),
        Of("list of JsonElements", new List<JsonElement> { JsonSerializer.Deserialize<JsonElement>("1.50") }, SameText),
    ];

    private static ValueKind<T> Of<T>(string name, T value, Action<T, T>? equal = null) => new(name, value, equal);

    private static Kept.Order Order() => new(7, "Ann", 99.50m, [new("pen", 2), new("ink")]);

    private static void SameKind(DateTime one, DateTime other) => Assert.Equal((one, one.Kind), (other, other.Kind));

    private static void SameText<T>(T one, T other) => Assert.Equal(JsonSerializer.Serialize(one), JsonSerializer.Serialize(other));
}
