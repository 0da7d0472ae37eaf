using System.Text;

namespace Cano;

/// <summary>Where a batch is cut into partitions: by count, and by the bytes of its content.</summary>
internal sealed class PartitionCuts
{
    private readonly List<int> _sizes = [];
    private int _count;
    private long _bytes;

    /// <summary>Adds the next instance.</summary>
    /// <param name="instance">The instance.</param>
    /// <param name="canonicalParams">How long its params are in canonical form, in bytes.</param>
    internal void Add(InstanceSpec instance, int canonicalParams)
    {
        long bytes = canonicalParams + instance.Id.Length + instance.Workflow.Length + (instance.Label is { } label ? Encoding.UTF8.GetByteCount(label) : 0L);
        if (_count == PartitionSpec.MaxInstances || (_count > 0 && _bytes + bytes > PartitionSpec.MaxBytes))
        {
            Cut();
        }

        _count++;
        _bytes += bytes;
    }

    /// <summary>How many instances each partition has.</summary>
    internal int[] Sizes()
    {
        if (_count > 0)
        {
            Cut();
        }

        return [.. _sizes];
    }

    private void Cut()
    {
        _sizes.Add(_count);
        _count = 0;
        _bytes = 0;
    }
}
