namespace Cano.Calls;

/// <summary>A partition grain: keeps the instances, and answers reads from scripted results, at most <see cref="PageSize"/> at a time.</summary>
public sealed class FakePartition(FakeCluster cluster, string key) : IPartitionGrain
{
    private readonly string _name = key[(key.LastIndexOf('/') + 1)..];

    public PartitionSpec? Spec { get; private set; }

    public IList<InstanceResult> Results { get; } = [];

    public int PageSize { get; set; } = int.MaxValue;

    /// <summary>True: its rows are gone.</summary>
    public bool IsLost { get; set; }

    public async Task PrepareAsync(PartitionSpec spec)
    {
        await cluster.AskAsync($"prepare {_name}");
        Spec ??= spec;
    }

    public Task<uint[]> GetIdHashesAsync() => throw new NotSupportedException();

    public async Task<ResultPage> ReadInOrderAsync(int from, int count)
    {
        await cluster.AskAsync($"read {_name} from {from}");
        if (IsLost)
        {
            return new ResultPage([], from);
        }

        count = Math.Min(count, PageSize);
        return new ResultPage([.. Results.OrderBy(r => r.Ordinal).Skip(from).Take(count)], from + count);
    }

    public Task<ResultPage?> FindAsync(string instanceId) => throw new NotSupportedException();

    public Task<InstanceDescription?> DescribeAsync(string instanceId) => throw new NotSupportedException();

    public async Task<BatchStatistics> GetStatisticsAsync(double sampleShare)
    {
        await cluster.AskAsync($"statistics {_name}");
        return new()
        {
            Variants = IsLost ? [] :
            [
                new()
                {
                    Workflow = "w",
                    Total = Spec?.Instances.Length ?? Results.Count,
                    Completed = Results.Count(result => result.Outcome is WorkflowOutcome.Completed),
                    Failed = Results.Count(result => result.Outcome is WorkflowOutcome.Failed),
                    Cancelled = Results.Count(result => result.Outcome is WorkflowOutcome.Cancelled),
                },
            ],
        };
    }

    public async Task<ResultPage> ReadAsFinalAsync(int from, int count)
    {
        await cluster.AskAsync($"final {_name} from {from} count {count}");
        InstanceResult[] page = [.. Results.Skip(from).Take(Math.Min(count, PageSize))];
        return new ResultPage(page, from + page.Length);
    }

    public Task<int> CountAsync() => throw new NotSupportedException();

    public Task RemoveAsync() => throw new NotSupportedException();

    public Task<PartitionReport> ExchangeAsync(PartitionOrders orders) => throw new NotSupportedException();
}
