using System.Text.Json.Serialization;

namespace Cano.Engine.Tests;

/// <summary>Types of which every value comes back.</summary>
internal static class Kept
{
    internal sealed record Order(int Id, string Customer, decimal Total, IReadOnlyList<Line> Lines)
    {
        /// <summary>Computed: written, never read, and there again.</summary>
        public int Count => Lines.Count;
    }

    internal sealed record Line(string Article, int Quantity = 1);

    internal sealed class Money
    {
        [JsonConstructor]
        public Money(decimal amount) => Amount = amount;

        public Money()
        {
        }

        public decimal Amount { get; }
    }

    internal sealed class Included
    {
        [JsonInclude]
        public int Number { get; private set; }

        internal Included Set(int number)
        {
            Number = number;
            return this;
        }
    }

    internal struct Point
    {
        public int X;
        public int Y;

        public readonly double Length => Math.Sqrt((X * X) + (Y * Y));
    }

    internal readonly record struct OrderId(Guid Value);

    internal sealed class Settable
    {
        public string? Name { get; set; }

        public required int Number { get; init; }

        public List<int> Numbers { get; set; } = [];

        [JsonIgnore]
        public int Forgotten { get; set; }
    }

    internal sealed class Populated
    {
        [JsonObjectCreationHandling(JsonObjectCreationHandling.Populate)]
        public List<int> Numbers { get; } = [];
    }

    [JsonDerivedType(typeof(Circle), "circle")]
    [JsonDerivedType(typeof(Square), "square")]
    internal abstract record Shape(string Name);

    internal sealed record Circle(string Name, double Radius) : Shape(Name);

    internal sealed record Square(string Name, double Side) : Shape(Name);

    [JsonDerivedType(typeof(Dog), "dog")]
    internal interface IAnimal
    {
        string Name { get; }
    }

    internal sealed record Dog(string Name) : IAnimal;

    internal sealed record Tree(int Value, Tree? Left = null, Tree? Right = null);

    internal sealed record Nothing;

    internal record Base(int Number);

    internal sealed class Names : List<string>;

    [JsonConverter(typeof(JsonStringEnumConverter<Color>))]
    internal enum Color
    {
        Red,
        Green,
    }

    [Flags]
    internal enum Rights : ulong
    {
        None = 0,
        Read = 1,
        Write = 2,
        All = ulong.MaxValue,
    }

    internal enum Signed : sbyte
    {
        Below = -2,
        Zero = 0,
    }
}

/// <summary>Types that lose something, each in a way of its own.</summary>
internal static class Lossy
{
    internal sealed class PrivateSet
    {
        public decimal Amount { get; private set; }

        internal PrivateSet Set(decimal amount)
        {
            Amount = amount;
            return this;
        }
    }

    internal sealed class GetOnly
    {
        public int Number { get; } = 1;
    }

    internal sealed class ReadOnlyField
    {
        public readonly int Number = 1;
    }

    internal sealed class GetOnlyList
    {
        public List<int> Numbers { get; } = [];
    }

    internal sealed class PrivateState
    {
        private int _number = 1;

        public int Number => _number;

        internal void Grow() => _number++;
    }

    internal sealed class OnlyPrivate
    {
        private int _number = 1;

        internal int Grow() => _number++;
    }

    internal sealed class TwoConstructors
    {
        public TwoConstructors(int number) => Number = number;

        public TwoConstructors(string text) => Number = text.Length;

        public int Number { get; set; }
    }

    internal class Shape
    {
        public string? Name { get; set; }
    }

    internal sealed class Circle : Shape
    {
        public double Radius { get; set; }
    }

    internal abstract class Abstract
    {
        public int Number { get; set; }
    }

    internal sealed class Concrete : Abstract;

    internal interface IAnimal
    {
        int Legs { get; set; }
    }

    internal sealed class Dog : IAnimal
    {
        public int Legs { get; set; }
    }

    [JsonDerivedType(typeof(NamelessDerived))]
    internal class Nameless;

    internal sealed class NamelessDerived : Nameless;

    [JsonPolymorphic(UnknownDerivedTypeHandling = JsonUnknownDerivedTypeHandling.FallBackToBaseType)]
    [JsonDerivedType(typeof(Known), "known")]
    internal class Falling
    {
        public int Number { get; set; }
    }

    internal sealed class Known : Falling;

    internal sealed class Unknown : Falling
    {
        public int More { get; set; }
    }

    internal sealed class NamedList : List<int>
    {
        public string? Name { get; set; }
    }

    internal sealed class Ring
    {
        public Ring? Next { get; set; }
    }

    internal sealed class Twins
    {
        public int Id { get; set; }

        public int ID { get; set; }
    }

    internal sealed record Within(string Name, List<PrivateSet> Amounts);

    internal sealed class ThrowingGetter
    {
        public string? Loaded { get; set; }

        public int Age => Loaded?.Length ?? throw new InvalidOperationException("not loaded");
    }

    internal sealed class Conditional
    {
        [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)]
        public int Number { get; set; } = 5;
    }

    [JsonConverter(typeof(Forgetful))]
    internal sealed record Converted(int Number)
    {
        internal sealed class Forgetful : JsonConverter<Converted>
        {
            public override Converted Read(ref System.Text.Json.Utf8JsonReader reader, Type typeToConvert, System.Text.Json.JsonSerializerOptions options)
            {
                reader.Skip();
                return new(0);
            }

            public override void Write(System.Text.Json.Utf8JsonWriter writer, Converted value, System.Text.Json.JsonSerializerOptions options) =>
                writer.WriteNumberValue(value.Number);
        }
    }
}
