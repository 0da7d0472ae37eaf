namespace Cano;

/// <summary>A batch that passed the checks: its header with the digest, and a way to its instances, partition by partition.</summary>
internal sealed class PreparedBatch
{
    private readonly Func<int, int, int, InstanceSpec[]> _read;
    private readonly int[] _firsts;
    private readonly byte[]? _store;

    /// <summary>Makes a batch of content that was taken in.</summary>
    /// <param name="id">Its id.</param>
    /// <param name="header">What <see cref="BatchContent.Finish"/> has returned.</param>
    /// <param name="store">What <see cref="BatchContent.Store"/> was.</param>
    /// <param name="read">Gives the instances of a partition: its number, the place of its first instance, how many. May be called by
    /// several threads at once.</param>
    internal PreparedBatch(string id, BatchHeader header, byte[]? store, Func<int, int, int, InstanceSpec[]> read)
    {
        Id = id;
        Header = header;
        _read = read;
        _store = store;
        _firsts = PartitionPlaces.Firsts(header.PartitionSizes);
    }

    internal string Id { get; }

    internal BatchHeader Header { get; }

    internal int Partitions => _firsts.Length;

    /// <summary>Checks a batch, computes its digest and cuts it. A large one takes seconds, in which the token is heard.</summary>
    /// <exception cref="CanoConfigurationException">Something is wrong with it.</exception>
    internal static PreparedBatch From(BatchSubmission batch, CancellationToken cancellationToken = default)
    {
        using BatchContent content = new(batch, batch.Instances.Count);
        SubmissionLimits.CheckCount(batch.Instances.Count);
        InstanceSpec[] instances = new InstanceSpec[batch.Instances.Count];
        for (int i = 0; i < instances.Length; i++)
        {
            cancellationToken.ThrowIfCancellationRequested();
            instances[i] = content.Add(batch.Instances[i]);
        }

        return new(batch.Id, content.Finish(), content.Store, (_, first, count) => instances.AsSpan(first, count).ToArray());
    }

    /// <summary>The instances of one partition, ready to be sent.</summary>
    internal PartitionSpec Partition(int index) => new()
    {
        BatchId = Id,
        FirstOrdinal = _firsts[index],
        Instances = _read(index, _firsts[index], Header.PartitionSizes[index]),
        Store = _store,
    };
}
