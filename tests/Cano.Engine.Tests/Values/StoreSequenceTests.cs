using CsCheck;

namespace Cano.Engine.Tests;

/// <summary>A store reads the same whether or not checkpoints were made of it on the way.</summary>
public sealed class StoreSequenceTests
{
    private static readonly Gen<string> s_key = Gen.OneOf(Gen.Const("a"), Gen.Const("b"), Gen.Const("ä \"\\"));

    /// <summary>One operation: done to a store, it says what it saw.</summary>
    private static readonly Gen<Func<IWorkflowStore, string>> s_operation = Gen.OneOf(
        Operation(Gen.Int),
        Operation(Gen.Long),
        Operation(Gen.Double.Where(double.IsFinite)),
        Operation(Gen.Decimal),
        Operation(Gen.Bool),
        Operation(Gen.String[Gen.Char[' ', '\u2000'], 0, 20]),
        Operation(Gen.Const((string?)null)),
        Operation(Gen.Guid),
        Operation(Gen.DateTimeOffset),
        Operation(Gen.DateOnly),
        Operation(Gen.Enum<DayOfWeek>()),
        Operation(Gen.Byte.Array),
        Operation(Gen.Int.List[0, 5]),
        Operation(Gen.Dictionary(Gen.String[Gen.Char.AlphaNumeric, 0, 5], Gen.Int)[0, 4]),
        Operation(Gen.Select(Gen.Int, Gen.Int)),
        Operation(Gen.Select(Gen.Int, Gen.String.AlphaNumeric, (number, text) => new Input(number, text))),
        Operation(Gen.Double.Select<double, Kept.Shape>(radius => new Kept.Circle("c", double.IsFinite(radius) ? radius : 0))),
        s_key.Select<string, Func<IWorkflowStore, string>>(key => store => store.Remove(key).ToString()),
        Gen.Const<Func<IWorkflowStore, string>>(store =>
        {
            store.Clear();
            return "cleared";
        }));

    [Fact]
    public void Operations_WithACheckpointAfterAny_ReadTheSame() =>
        Gen.Select(s_operation, Gen.Bool).Array[1, 30].Sample(steps =>
        {
            MemoryStore plain = new();
            MemoryStore saved = new();
            for (int i = 0; i < steps.Length; i++)
            {
                (Func<IWorkflowStore, string> operation, bool checkpoint) = steps[i];
                string expected = operation(plain);
                string seen = operation(saved);
                Assert.Equal(expected, seen);
                Assert.Equal(Everything(plain), Everything(saved));
                if (checkpoint)
                {
                    saved = MemoryStore.FromJson(saved.ToJson());
                    Assert.Equal(Everything(plain), Everything(saved));
                }
            }
        });

    private static Gen<Func<IWorkflowStore, string>> Operation<T>(Gen<T> values) =>
        Gen.Select(s_key, values, Gen.Int[0, 3]).Select<(string Key, T Value, int Kind), Func<IWorkflowStore, string>>(chosen => store => chosen.Kind switch
        {
            0 => Seen(store, () => store.Append(chosen.Key, chosen.Value)),
            1 => Seen(store, () => Look<T>(store, chosen.Key)),
            _ => Seen(store, () =>
            {
                store.Put(chosen.Key, chosen.Value);
                Assert.Equal(chosen.Value, store.Get<T>(chosen.Key));
            }),
        });

    private static string Seen(IWorkflowStore store, Action operation)
    {
        try
        {
            operation();
            return $"{store.Count}";
        }
        catch (InvalidCastException exception)
        {
            return exception.Message;
        }
    }

    /// <summary>What is read as another type, too, must be the same before and after.</summary>
    private static void Look<T>(IWorkflowStore store, string key)
    {
        if (store.TryGet(key, out T? value))
        {
            throw new InvalidCastException(System.Text.Json.JsonSerializer.Serialize(value, CanoJson.Values));
        }
    }

    private static IEnumerable<(string Name, string Json)> Everything(MemoryStore store) =>
        store.Keys.Order(StringComparer.Ordinal).Select(key => (key, store.Get<System.Text.Json.JsonElement>(key).GetRawText()));
}
