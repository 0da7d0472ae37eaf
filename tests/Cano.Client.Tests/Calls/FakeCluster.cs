using System.Collections.Concurrent;
using System.Reflection;

namespace Cano.Calls;

/// <summary>Cano's grains in memory, as far as a client sees them: they do what a test scripts and write down what they are asked.</summary>
public sealed class FakeCluster
{
    private readonly ConcurrentDictionary<string, FakeBatch> _batches = new();
    private readonly ConcurrentDictionary<string, FakePartition> _partitions = new();
    private readonly List<string> _calls = [];

    public FakeCluster()
    {
        Factory = DispatchProxy.Create<IGrainFactory, FactoryProxy>();
        ((FactoryProxy)(object)Factory).Cluster = this;
    }

    public IGrainFactory Factory { get; }

    /// <summary>What was asked, in order: <c>prepare</c>, <c>prepare 0</c>, <c>start</c>, <c>watch 3</c>, <c>read 1 from 0</c> and so on.</summary>
    public IReadOnlyList<string> Calls
    {
        get
        {
            lock (_calls)
            {
                return [.. _calls];
            }
        }
    }

    /// <summary>Called before each answer, with the call as in <see cref="Calls"/>: to fail it or to hold it.</summary>
    public Func<string, Task> Before { get; set; } = _ => Task.CompletedTask;

    public FakeBatch Batch(string id) => _batches.GetOrAdd(id, key => new FakeBatch(this, key));

    public FakePartition Partition(string key) => _partitions.GetOrAdd(key, k => new FakePartition(this, k));

    public FakePartition Partition(string batchId, string digest, int index) => Partition(PartitionSpec.Key(batchId, digest, index));

    internal Task AskAsync(string call)
    {
        lock (_calls)
        {
            _calls.Add(call);
        }

        return Before(call);
    }

    public class FactoryProxy : DispatchProxy
    {
        internal FakeCluster Cluster { get; set; } = null!;

        protected override object? Invoke(MethodInfo? targetMethod, object?[]? args) => (targetMethod!.Name, targetMethod.GetGenericArguments()) switch
        {
            (nameof(IGrainFactory.GetGrain), [var type]) when type == typeof(IBatchGrain) => Cluster.Batch((string)args![0]!),
            (nameof(IGrainFactory.GetGrain), [var type]) when type == typeof(IPartitionGrain) => Cluster.Partition((string)args![0]!),
            _ => throw new NotSupportedException($"The client library should not need {targetMethod}."),
        };
    }
}
