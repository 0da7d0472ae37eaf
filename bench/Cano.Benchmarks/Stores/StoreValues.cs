using BenchmarkDotNet.Attributes;

namespace Cano.Benchmarks;

/// <summary>What one call of an instance's store costs: a value is written as JSON when it is put and read from it each time.</summary>
[MemoryDiagnoser]
[ShortRunJob]
public class StoreValues
{
    private readonly MemoryStore _store = new();
    private readonly Order _order = new(7, "Ann", 99.5m, DateTimeOffset.UnixEpoch);
    private readonly Shape _shape = new Circle(3);
    private readonly List<Order> _orders = [];
    private byte[] _saved = [];

    [GlobalSetup]
    public void Fill()
    {
        _orders.AddRange(Enumerable.Repeat(_order, 100));
        PutNumber();
        PutRecord();
        PutDerived();
        PutList();
        _saved = _store.ToJson()!;
    }

    [Benchmark]
    public void PutNumber() => _store.Put("number", 5);

    [Benchmark]
    public int GetNumber() => _store.Get<int>("number");

    [Benchmark]
    public void PutRecord() => _store.Put("order", _order);

    [Benchmark]
    public Order GetRecord() => _store.Get<Order>("order");

    [Benchmark]
    public void PutDerived() => _store.Put("shape", _shape);

    [Benchmark]
    public Shape GetDerived() => _store.Get<Shape>("shape");

    [Benchmark]
    public void PutList() => _store.Put("orders", _orders);

    [Benchmark]
    public List<Order> GetList() => _store.Get<List<Order>>("orders");

    [Benchmark]
    public byte[]? Save() => _store.ToJson();

    /// <summary>What an instance pays for a store that it was given and does not use.</summary>
    [Benchmark]
    public IWorkflowStore Load() => MemoryStore.FromJson(_saved);

    public sealed record Order(int Id, string Customer, decimal Total, DateTimeOffset At);

    [System.Text.Json.Serialization.JsonDerivedType(typeof(Circle), "circle")]
    public abstract record Shape;

    public sealed record Circle(double Radius) : Shape;
}
