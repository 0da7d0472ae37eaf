namespace Cano.Calls;

/// <summary>A batch grain: keeps what is started, and answers watches with the scripted views, one after the other; the last one stays.</summary>
public sealed class FakeBatch(FakeCluster cluster, string id) : IBatchGrain
{
    private readonly Queue<BatchView> _views = new();

    public BatchHeader? Header { get; private set; }

    public PartitionSpec? Only { get; private set; }

    public BatchStatus? Status { get; set; }

    /// <summary>What a watch of the last view waits for; without it the last view is answered again.</summary>
    public Task? NothingNew { get; set; }

    /// <summary>How often a purge is asked for until all is gone.</summary>
    public int PurgeAnswers { get; set; } = 1;

    public void Script(params BatchView[] views)
    {
        foreach (BatchView view in views)
        {
            _views.Enqueue(view);
        }

        Status = views[^1].Status;
    }

    public async Task<BatchStatus?> PrepareAsync(BatchHeader header)
    {
        await cluster.AskAsync("prepare");
        ThrowIfOther(header);
        return Header is null ? null : Status;
    }

    public async Task<BatchStatus> StartAsync(BatchHeader header, PartitionSpec? only)
    {
        await cluster.AskAsync("start");
        ThrowIfOther(header);
        Header = header;
        Only ??= only;
        return Status ??= new BatchStatus { Id = id, Total = header.Total, Pending = header.Total };
    }

    public async Task<BatchStatus> GetStatusAsync()
    {
        await cluster.AskAsync("status");
        return Existing();
    }

    public Task<int[]?> LocateAsync(string instanceId) => throw new NotSupportedException();

    public async Task<BatchView> WatchAsync(long after)
    {
        await cluster.AskAsync($"watch {after}");
        Existing();
        if (_views.Count == 1 && _views.Peek().Version == after && NothingNew is { } wait)
        {
            await wait;
        }

        return _views.Count > 1 ? _views.Dequeue() : _views.Peek();
    }

    public async Task<BatchStatus> CancelAsync()
    {
        await cluster.AskAsync("cancel");
        return Existing();
    }

    // No batch here hosts its partition: results are those of FakePartition.
    public Task<ResultPage> ReadInOrderAsync(int from, int count) => throw new NotSupportedException();

    public Task<ResultPage> ReadAsFinalAsync(int from, int count) => throw new NotSupportedException();

    public Task<ResultPage?> FindAsync(string instanceId) => throw new NotSupportedException();

    public Task<InstanceDescription?> DescribeAsync(string instanceId) => throw new NotSupportedException();

    public Task<BatchStatistics> GetStatisticsAsync(double sampleShare) => throw new NotSupportedException();

    public Task<bool> ResumeAsync() => throw new NotSupportedException();

    public async Task<bool> PurgeAsync()
    {
        await cluster.AskAsync("purge");
        Existing();
        return --PurgeAnswers <= 0;
    }

    public Task<bool> ExpireAsync() => throw new NotSupportedException();

    public Task<bool> CleanUpAsync(string digest, int partitions) => throw new NotSupportedException();

    public Task<bool> WithdrawAsync(string digest, int partitions) => throw new NotSupportedException();

    private BatchStatus Existing() => Status ?? throw new BatchNotFoundException(id);

    private void ThrowIfOther(BatchHeader header)
    {
        if (Header is not null && Header.Digest != header.Digest)
        {
            throw new BatchConflictException(id);
        }
    }
}
