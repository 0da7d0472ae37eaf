namespace Cano;

/// <summary>Starts batches of untyped instances, and opens those that exist. The typed library, the HTTP API and the host's commands go through it.</summary>
internal sealed class BatchClient
{
    /// <summary>How many partitions are sent at once: enough to keep storage busy, few enough to hold only some megabytes in flight.</summary>
    internal const int PartitionsAtOnce = 4;

    private readonly IGrainFactory _grains;
    private readonly GrainCalls _calls;

    internal BatchClient(IGrainFactory grains, GrainCalls? calls = null)
    {
        _grains = grains;
        _calls = calls ?? GrainCalls.Default;
    }

    /// <summary>A batch by its id. Makes no call.</summary>
    internal BatchRun Open(string id) => new(_grains, id, _calls);

    /// <summary>
    /// Starts a batch, or joins the one that exists with its id and content. The token is heeded until the one call that makes the batch exist is made,
    /// which is then awaited: when this throws <see cref="OperationCanceledException"/>, it has started nothing.
    /// </summary>
    /// <returns>The status; the batch survives the loss of every silo.</returns>
    /// <exception cref="CanoException">It is not valid, or the cluster refused it.</exception>
    internal async Task<BatchStatus> StartAsync(PreparedBatch batch, CancellationToken cancellationToken = default)
    {
        IBatchGrain grain = _grains.GetGrain<IBatchGrain>(batch.Id);
        if (batch.Partitions > 1)
        {
            (BatchStatus status, _) = await StartOrJoinAsync(batch, cancellationToken).ConfigureAwait(false);
            return status;
        }

        cancellationToken.ThrowIfCancellationRequested();
        return await SubmitSpan.AroundAsync(batch, header => _calls.CallAsync(() => grain.StartAsync(header, batch.Partition(0)), CancellationToken.None)).ConfigureAwait(false);
    }

    /// <summary>As <see cref="StartAsync"/>, and tells whether the batch was there before; that costs a small batch one more round trip.</summary>
    internal Task<(BatchStatus Status, bool Joined)> StartOrJoinAsync(PreparedBatch batch, CancellationToken cancellationToken = default) =>
        SubmitSpan.AroundAsync(batch, header => StartOrJoinAsync(batch, header, cancellationToken));

    private async Task<(BatchStatus Status, bool Joined)> StartOrJoinAsync(PreparedBatch batch, BatchHeader header, CancellationToken cancellationToken)
    {
        IBatchGrain grain = _grains.GetGrain<IBatchGrain>(batch.Id);
        if (await _calls.CallAsync(() => grain.PrepareAsync(header), cancellationToken).ConfigureAwait(false) is { } existing)
        {
            return (existing, true);
        }

        PartitionSpec? only = batch.Partitions == 1 ? batch.Partition(0) : null;
        if (only is null)
        {
            await SendPartitionsAsync(batch, cancellationToken).ConfigureAwait(false);
        }

        cancellationToken.ThrowIfCancellationRequested();
        return (await _calls.CallAsync(() => grain.StartAsync(header, only), CancellationToken.None).ConfigureAwait(false), false);
    }

    private Task SendPartitionsAsync(PreparedBatch batch, CancellationToken cancellationToken) =>
        Parallel.ForAsync(
            0,
            batch.Partitions,
            new ParallelOptions { MaxDegreeOfParallelism = PartitionsAtOnce, CancellationToken = cancellationToken },
            async (index, token) =>
            {
                PartitionSpec spec = batch.Partition(index);
                IPartitionGrain partition = _grains.GetGrain<IPartitionGrain>(PartitionSpec.Key(batch.Id, batch.Header.Digest, index));
                await _calls.CallAsync(() => partition.PrepareAsync(spec), token).ConfigureAwait(false);
            });
}
