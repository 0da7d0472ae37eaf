using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Orleans.Storage;

namespace Cano;

/// <summary>Holds one activation of a <see cref="Partition"/>.</summary>
/// <remarks>A finished one stays a short while for readers, who come soon or seldom. It loads its rows in the first call.</remarks>
[CollectionAgeLimit(Minutes = 2)]
[EvenPlacement]
internal sealed class PartitionGrain : Grain, IPartitionGrain, ILeaving
{
    private readonly string _key;
    private readonly string _batchId;
    private readonly PartitionRules _rules;
    private readonly Partition _partition;
    private readonly PartitionReader _reader;
    private readonly IGrainStorage _storage;
    private readonly ILogger<PartitionGrain> _logger;
    private Task? _leaving;

    public PartitionGrain(
        [FromKeyedServices(SiloStorage.ProviderName)] IGrainStorage storage, PartitionServices services, PartitionRules rules, ILogger<PartitionGrain> logger)
    {
        _key = this.GetPrimaryKeyString();
        _logger = logger;
        _storage = storage;
        _rules = rules;
        _batchId = GrainKeys.BatchOf(_key);
        _partition = new(_key, services) { Ended = Leave };
        _reader = new(_partition.OpenLogAsync, _partition.RunningSince);
    }

    /// <inheritdoc/>
    public bool HoldsCalls => true;

    /// <inheritdoc/>
    public void MustLeave() => _leaving ??= _partition.LeaveAsync();

    public override Task OnDeactivateAsync(DeactivationReason reason, CancellationToken cancellationToken)
    {
        MustLeave();
        return _leaving!.WaitAsync(cancellationToken);
    }

    public async Task PrepareAsync(PartitionSpec spec)
    {
        await _rules.CheckAsync(_batchId, spec);
        await _partition.PrepareAsync(spec);
    }

    public Task<PartitionReport> ExchangeAsync(PartitionOrders orders) => _partition.ExchangeAsync(orders);

    public Task<int> CountAsync() => _partition.CountAsync();

    public async Task<uint[]> GetIdHashesAsync()
    {
        await _partition.LoadAsync();
        return _partition.State is { Durable: { } index } ? [.. Enumerable.Range(0, index.Count).Select(place => InstanceIndex.HashOf(index.Names.Id(place)))] : [];
    }

    public async Task RemoveAsync()
    {
        // What this activation knows is no longer so: the next one finds nothing.
        await _partition.LeaveAsync();
        await new PartitionRemoval(_storage, _batchId, _key, _logger).RunAsync();
    }

    public Task<ResultPage> ReadInOrderAsync(int from, int count) => _reader.ReadInOrderAsync(from, count);

    public Task<ResultPage> ReadAsFinalAsync(int from, int count) => _reader.ReadAsFinalAsync(from, count);

    public Task<ResultPage?> FindAsync(string instanceId) => _reader.FindAsync(instanceId);

    public Task<InstanceDescription?> DescribeAsync(string instanceId) => _reader.DescribeAsync(instanceId);

    public Task<BatchStatistics> GetStatisticsAsync(double sampleShare) => _reader.GetStatisticsAsync(sampleShare);

    private void Leave()
    {
        _logger.PartitionEnded(_partition.Failure!, _key);
        DeactivateOnIdle();
    }
}
