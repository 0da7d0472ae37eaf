using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Orleans.Storage;

namespace Cano;

/// <summary>Holds one activation of a <see cref="Batch"/>, and the timer that races its work.</summary>
/// <remarks>A finished one stays a short while for readers, who come soon or seldom. It loads its row in the first call.</remarks>
[CollectionAgeLimit(Minutes = 2)]
internal sealed class BatchGrain : Grain, IBatchGrain, ILeaving
{
    /// <summary>
    /// An unfinished batch ticks at least this often, which keeps its activation from being collected as idle (after two minutes).
    /// </summary>
    private static readonly TimeSpan s_longestTick = TimeSpan.FromMinutes(1);

    /// <summary>An undecided batch at its deadline ticks no more often than this.</summary>
    private static readonly TimeSpan s_shortestTick = TimeSpan.FromMilliseconds(2);

    private readonly string _id;
    private readonly Batch _batch;
    private readonly ActiveBatches _active;
    private readonly TimeProvider _clock;
    private readonly ILogger<BatchGrain> _logger;
    private IGrainTimer? _timer;

    public BatchGrain(
        [FromKeyedServices(SiloStorage.ProviderName)] IGrainStorage storage,
        [FromKeyedServices(TimeProviderNames.Grains)] TimeProvider clock,
        ActiveBatches active,
        BatchServices services,
        ILogger<BatchGrain> logger)
    {
        _id = this.GetPrimaryKeyString();
        _active = active;
        _clock = clock;
        _logger = logger;
        _batch = new(_id, new BatchRow(storage, _id), services) { Ended = Leave, Driven = KeepTicking, Finished = StopTicking };
    }

    /// <inheritdoc/>
    public bool HoldsCalls => true;

    /// <inheritdoc/>
    public void MustLeave() => _ = _batch.LeaveAsync();

    public override Task OnDeactivateAsync(DeactivationReason reason, CancellationToken cancellationToken)
    {
        _active.Remove(_id, this);
        return _batch.LeaveAsync().WaitAsync(cancellationToken);
    }

    public Task<BatchStatus?> PrepareAsync(BatchHeader header) => AnswerAsync(_batch.PrepareAsync(header));

    public async Task<BatchStatus> StartAsync(BatchHeader header, PartitionSpec? only)
    {
        await _batch.LoadAsync();
        if (!_batch.Exists)
        {
            // Its entry in the catalog comes before its first row: recovery would take it for one that has to be driven.
            _active.Add(_id, this);
        }

        try
        {
            return await _batch.StartAsync(header, only);
        }
        finally
        {
            if (!_batch.Exists)
            {
                _active.Remove(_id, this);
                DeactivateOnIdle();
            }
        }
    }

    public Task<BatchStatus> GetStatusAsync() => AnswerAsync(_batch.GetStatusAsync());

    public Task<BatchView> WatchAsync(long after) => AnswerAsync(_batch.WatchAsync(after));

    public Task<int[]?> LocateAsync(string instanceId) => AnswerAsync(_batch.LocateAsync(instanceId));

    public Task<BatchStatus> CancelAsync() => AnswerAsync(_batch.CancelAsync());

    public Task<ResultPage> ReadInOrderAsync(int from, int count) => ReadAsync(partition => partition.ReadInOrderAsync(from, count));

    public Task<ResultPage> ReadAsFinalAsync(int from, int count) => ReadAsync(partition => partition.ReadAsFinalAsync(from, count));

    public Task<ResultPage?> FindAsync(string instanceId) => ReadAsync(partition => partition.FindAsync(instanceId));

    public Task<InstanceDescription?> DescribeAsync(string instanceId) => ReadAsync(partition => partition.DescribeAsync(instanceId));

    public Task<BatchStatistics> GetStatisticsAsync(double sampleShare) => ReadAsync(partition => partition.GetStatisticsAsync(sampleShare));

    public Task<bool> ResumeAsync() => AnswerAsync(_batch.ResumeAsync());

    public Task<bool> PurgeAsync() => RemovalAsync(_batch.PurgeAsync());

    public Task<bool> ExpireAsync() => RemovalAsync(_batch.ExpireAsync());

    public Task<bool> CleanUpAsync(string digest, int partitions) => RemovalAsync(_batch.CleanUpAsync(digest, partitions));

    public Task<bool> WithdrawAsync(string digest, int partitions) => RemovalAsync(_batch.WithdrawAsync(digest, partitions));

    private Task<T> ReadAsync<T>(Func<PartitionReader, Task<T>> read)
    {
        return AnswerAsync(ReadHostedAsync());

        async Task<T> ReadHostedAsync() => await read(await _batch.OpenReaderAsync());
    }

    /// <summary>A removal that goes on after its answer is driven by this activation, as recovery must know.</summary>
    private async Task<bool> RemovalAsync(Task<bool> answer)
    {
        bool done = await AnswerAsync(answer);
        if (_batch is { IsBeingRemoved: true, Failure: null })
        {
            _active.Add(_id, this);
        }

        return done;
    }

    /// <summary>An activation for an id that is no batch has nothing to stay for.</summary>
    private async Task<T> AnswerAsync<T>(Task<T> answer)
    {
        try
        {
            return await answer;
        }
        finally
        {
            if (!_batch.Exists)
            {
                DeactivateOnIdle();
            }
        }
    }

    /// <summary>
    /// Arms the timer for the deadline, or for a sign of life if that comes first. It interleaves: it fires while the grain awaits.
    /// </summary>
    private void KeepTicking()
    {
        if (!_batch.IsUnfinished || _batch.Failure is not null)
        {
            return;
        }

        _active.Add(_id, this);
        _timer ??= this.RegisterGrainTimer(
            TickAsync,
            new GrainTimerCreationOptions { DueTime = NextTick(), Period = Timeout.InfiniteTimeSpan, Interleave = true, KeepAlive = true });
    }

    private Task TickAsync(CancellationToken cancellationToken)
    {
        _batch.Tick();
        if (_batch.IsUnfinished)
        {
            _timer?.Change(NextTick(), Timeout.InfiniteTimeSpan);
        }

        return Task.CompletedTask;
    }

    /// <summary>Nothing is left to drive: the activation stays for readers, until it is collected as idle.</summary>
    private void StopTicking()
    {
        if (!_batch.IsBeingRemoved)
        {
            _active.Remove(_id, this);
        }

        _timer?.Dispose();

        // The next batch of this id may start in this activation, and needs one of its own.
        _timer = null;
    }

    private TimeSpan NextTick() => NextTick(_batch.NextTick - _clock.GetUtcNow());

    /// <summary>
    /// When to look again. A timer may fire a little early, and the deadline pass between that look and this question: what is left is then
    /// nothing, and the next look due at once.
    /// </summary>
    /// <param name="left">Until the batch has something to do; null where nothing is waited for.</param>
    internal static TimeSpan NextTick(TimeSpan? left) => left switch
    {
        null => s_longestTick,
        var time when time <= s_shortestTick => s_shortestTick,
        var time when time >= s_longestTick => s_longestTick,
        _ => left.Value,
    };

    private void Leave()
    {
        _logger.BatchEnded(_batch.Failure!, _id);
        _active.Remove(_id, this);
        DeactivateOnIdle();
    }
}
