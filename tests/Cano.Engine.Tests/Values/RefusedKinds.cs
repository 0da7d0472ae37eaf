using System.Collections;
using System.Collections.Concurrent;
using System.Collections.Frozen;
using System.Collections.Immutable;
using System.Collections.ObjectModel;
using System.Dynamic;
using System.Globalization;
using System.Net;
using System.Numerics;

namespace Cano.Engine.Tests;

/// <summary>Kinds of values that would lose something, with what the message has to name.</summary>
internal static class RefusedKinds
{
    /// <summary>Those whose type alone shows it: such params are refused when the workflow is registered.</summary>
    internal static readonly (ValueKind Kind, string Named)[] ByType =
    [
        Of("private set", new Lossy.PrivateSet().Set(12.5m), "PrivateSet.Amount has no way to be set"),
        Of("get only", new Lossy.GetOnly(), "GetOnly.Number has no way to be set"),
        Of("readonly field", new Lossy.ReadOnlyField(), "ReadOnlyField.Number has no way to be set"),
        Of("get only list", new Lossy.GetOnlyList(), "GetOnlyList.Numbers has no way to be set"),
        Of("private state", new Lossy.PrivateState(), "PrivateState.Number has no way to be set"),
        Of("only private state", new Lossy.OnlyPrivate(), "OnlyPrivate has no member that is written"),
        Of("two constructors", new Lossy.TwoConstructors(1), "TwoConstructors has no constructor that JSON can use"),
        Of<Lossy.Abstract>("abstract type", new Lossy.Concrete(), "Abstract is abstract and does not name its derived types"),
        Of<Lossy.IAnimal>("interface", new Lossy.Dog(), "IAnimal is an interface and does not name its derived types"),
        Of<Lossy.Nameless>("derived type without a discriminator", new Lossy.NamelessDerived(), "NamelessDerived without a discriminator"),
        Of("collection with a member", new Lossy.NamedList { Name = "n" }, "NamedList.Name is a member of a collection"),
        Of("names that differ in case", new Lossy.Twins(), "Twins has no JSON form"),
        Of("deep within", new Lossy.Within("n", []), "$.amounts[*].amount: PrivateSet.Amount has no way to be set"),
        Of("Dictionary of objects", new Dictionary<string, object> { ["a"] = 1 }, "an object comes back as a JsonElement"),
        Of("list of objects", new List<object> { 1 }, "an object comes back as a JsonElement"), Of("ArrayList", new ArrayList { 1 }, "JsonElement"),
        Of("Hashtable", new Hashtable(), "JsonElement"), Of("ExpandoObject", new ExpandoObject(), "JsonElement"),
        Of("Dictionary of tuples", new Dictionary<(int, int), int>(), "ValueTuple<int, int> can't be the key"),
        Of("Stack", new Stack<int>([1, 2]), "Stack<int> come back in another order"),
        Of("ConcurrentStack", new ConcurrentStack<int>([1]), "another order"), Of("ImmutableStack", ImmutableStack.Create(1), "another order"),
        Of("ConcurrentBag", new ConcurrentBag<int>([1]), "another order"),
        Of("array of two dimensions", new int[1, 1], "int[,] can't be read"), Of("Type", typeof(int), "Type can't be read"),
        Of<Action>("delegate", () => { }, "Action can't be read"), Of("nint", (nint)1, "IntPtr can't be read"),
        Of("FrozenSet", FrozenSet.Create(1), "FrozenSet<int> can't be read"),
        Of("ReadOnlyCollection", new ReadOnlyCollection<int>([1]), "ReadOnlyCollection<int> can't be read"),
        Of("BitArray", new BitArray(3), "BitArray can't be read"),
        Of<ILookup<int, int>>("lookup", new[] { 1 }.ToLookup(n => n), "ILookup<int, int> can't be read"),
        Of("ArraySegment", new ArraySegment<int>([1, 2], 1, 1), "ArraySegment<int> can't be read"),
        Of("stream", new MemoryStream([1]), "MemoryStream."), Of<Stream>("abstract stream", Stream.Null, "Stream is abstract"),
        Of("task", Task.FromResult(1), "Task<int> has no constructor"), Of("ValueTask", new ValueTask<int>(1), "ValueTask<int>."),
        Of("CancellationToken", CancellationToken.None, "CancellationToken."), Of("Lazy", new Lazy<int>(1), "Lazy<int>."),
        Of("exception", new InvalidOperationException("x"), "InvalidOperationException."), Of("BigInteger", BigInteger.One, "BigInteger."),
        Of("Complex", Complex.One, "Complex."), Of("IPAddress", IPAddress.Loopback, "IPAddress"),
        Of("CultureInfo", CultureInfo.InvariantCulture, "CultureInfo"),
        Of("PriorityQueue", new PriorityQueue<int, int>([(1, 1)]), "PriorityQueue<int, int>."),
    ];

    /// <summary>Those whose type may be kept, and whose value is not.</summary>
    internal static readonly (ValueKind Kind, string Named)[] ByValue =
    [
        Of<Lossy.Shape>("derived type", new Lossy.Circle { Radius = 3 }, "a Circle is declared as Shape, and a copy would be a Shape"),
        Of("derived type in a list", new List<Lossy.Shape> { new(), new Lossy.Circle() }, "a Circle is declared as Shape"),
        Of("derived type within", new { Shape = (Lossy.Shape)new Lossy.Circle() }, "$.shape: a Circle is declared as Shape"),
        Of<Lossy.Falling>("unknown derived type that falls back", new Lossy.Unknown { More = 1 }, "a Unknown is declared as Falling"),
        Of<Kept.Base>("derived record", new DerivedRecord(1, 2), "a DerivedRecord is declared as Base"),
        Of<List<string>>("derived list", new Kept.Names { "a" }, "a Names is declared as List<string>"),
        Of("comparer of a Dictionary", new Dictionary<string, int>(StringComparer.OrdinalIgnoreCase) { ["a"] = 1 }, "has a comparer of its own"),
        Of<IDictionary<string, int>>("comparer behind an interface", new Dictionary<string, int>(StringComparer.OrdinalIgnoreCase), "comparer of its own"),
        Of("comparer of a HashSet", new HashSet<string>(StringComparer.OrdinalIgnoreCase), "HashSet<string> has a comparer of its own"),
        Of("comparer of a SortedSet", new SortedSet<string>(StringComparer.Ordinal), "SortedSet<string> has a comparer of its own"),
        Of("comparer of an ImmutableDictionary", ImmutableDictionary.Create<string, int>(StringComparer.OrdinalIgnoreCase), "comparer of its own"),
        Of("cycle", Ring(), "$.next: it refers back"), Of("NaN", double.NaN, "NaN"), Of("infinity within", new { A = new { B = float.PositiveInfinity } }, "$.a.b: Infinity"),
        Of("NaN in a list", new[] { Half.One, Half.NaN }, "$[1]: NaN"), Of("half a surrogate pair", "a\ud83d", "half a surrogate pair"),
        Of("half a surrogate pair within", new { Name = "\ude00" }, "$.name: it has half"), Of("half a surrogate pair as a char", '\ud83d', "half a surrogate pair"),
        Of("half a surrogate pair as a key", new Dictionary<string, int> { ["\ud83d"] = 1 }, "half a surrogate pair"),
        Of("getter that throws", new[] { new Lossy.ThrowingGetter() }, "$[0].age: reading it threw InvalidOperationException: not loaded"),
        Of("left out though it is not as at the beginning", new Lossy.Conditional { Number = 0 }, "$.number: a copy is another value"),
        Of("converter that forgets", new Lossy.Converted(3), "a copy is another value"),
        Of("JsonElement of nothing", default(System.Text.Json.JsonElement), "JsonElement"), Of("plain object", new object(), "an object comes back"),
        Of("too deep", Deep(70), "depth"),
    ];

    private sealed record DerivedRecord(int Number, int More) : Kept.Base(Number);

    private static (ValueKind Kind, string Named) Of<T>(string name, T value, string named) => (new ValueKind<T>(name, value), named);

    private static Lossy.Ring Ring()
    {
        Lossy.Ring ring = new();
        ring.Next = ring;
        return ring;
    }

    private static Kept.Tree Deep(int levels) => levels == 0 ? new(0) : new(levels, Deep(levels - 1));
}
