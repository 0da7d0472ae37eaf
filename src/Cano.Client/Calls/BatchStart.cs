namespace Cano;

/// <summary>One start of a batch: sends what its grains need, and knows from when on the batch may exist.</summary>
internal sealed class BatchStart
{
    /// <summary>
    /// How many partitions are sent at once: enough to keep storage busy, few enough to hold only some megabytes in flight.
    /// </summary>
    internal const int PartitionsAtOnce = 4;

    /// <summary>Each call waits for the end of the removal for some 10 seconds: a minute for the largest batch.</summary>
    private const int MostWithdrawals = 6;

    private readonly IGrainFactory _grains;
    private readonly GrainCalls _calls;
    private readonly IBatchGrain _grain;
    private readonly PreparedBatch _batch;

    internal BatchStart(IGrainFactory grains, GrainCalls calls, PreparedBatch batch)
    {
        _grains = grains;
        _calls = calls;
        _batch = batch;
        _grain = grains.GetGrain<IBatchGrain>(batch.Id);
    }

    internal string BatchId => _batch.Id;

    /// <summary>
    /// Whether the call that makes the batch exist was made, or the batch was there before. While this is false, the start has started
    /// nothing.
    /// </summary>
    internal bool MayExist { get; private set; }

    /// <summary>Whether the batch is known to exist.</summary>
    internal bool IsAnswered { get; private set; }

    /// <summary>
    /// Starts the batch or joins it. Called again after it was given up, it finishes the start: every call of it is idempotent.
    /// </summary>
    /// <param name="cancellationToken">Heard at once, wherever the start stands; <see cref="MayExist"/> tells what is known then.</param>
    /// <returns>The status; the batch survives the loss of every silo.</returns>
    /// <exception cref="CanoException">It is not valid, or the cluster refused it.</exception>
    internal Task<BatchStatus> RunAsync(CancellationToken cancellationToken) => SubmitSpan.AroundAsync(_batch, async header =>
        _batch.Partitions == 1
            ? await CommitAsync(header, _batch.Partition(0), cancellationToken).ConfigureAwait(false)
            : (await RunOrJoinAsync(header, cancellationToken).ConfigureAwait(false)).Status);

    /// <summary>
    /// As <see cref="RunAsync"/>, and tells whether the batch was there before; that costs a small batch one more round trip.
    /// </summary>
    internal Task<(BatchStatus Status, bool Joined)> RunOrJoinAsync(CancellationToken cancellationToken) =>
        SubmitSpan.AroundAsync(_batch, header => RunOrJoinAsync(header, cancellationToken));

    private async Task<(BatchStatus Status, bool Joined)> RunOrJoinAsync(BatchHeader header, CancellationToken cancellationToken)
    {
        if (await _calls.CallAsync(() => _grain.PrepareAsync(header), cancellationToken).ConfigureAwait(false) is { } existing)
        {
            MayExist = IsAnswered = true;
            return (existing, true);
        }

        PartitionSpec? only = _batch.Partitions == 1 ? _batch.Partition(0) : null;
        if (only is null)
        {
            await SendPartitionsAsync(cancellationToken).ConfigureAwait(false);
        }

        return (await CommitAsync(header, only, cancellationToken).ConfigureAwait(false), false);
    }

    /// <summary>Makes the call by which the batch exists.</summary>
    private async Task<BatchStatus> CommitAsync(BatchHeader header, PartitionSpec? only, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        MayExist = true;
        try
        {
            BatchStatus status = await _calls.CallAsync(() => _grain.StartAsync(header, only), cancellationToken).ConfigureAwait(false);
            IsAnswered = true;
            return status;
        }
        catch (OperationCanceledException exception)
        {
            throw new OperationCanceledException(
                $"The start of the batch '{BatchId}' was given up before its last call was answered: the batch may exist. Starting the same again joins it; attaching to its id reaches it.",
                exception,
                cancellationToken);
        }
    }

    /// <summary>Sends the partitions. Where one is refused for its params, those that were accepted are removed at once.</summary>
    private async Task SendPartitionsAsync(CancellationToken cancellationToken)
    {
        CanoConfigurationException? refused = null;
        await Parallel.ForAsync(
            0,
            _batch.Partitions,
            new ParallelOptions { MaxDegreeOfParallelism = PartitionsAtOnce, CancellationToken = cancellationToken },
            async (index, token) =>
            {
                if (Volatile.Read(ref refused) is not null)
                {
                    return;
                }

                PartitionSpec spec = _batch.Partition(index);
                IPartitionGrain partition = _grains.GetGrain<IPartitionGrain>(PartitionSpec.Key(_batch.Id, _batch.Header.Digest, index));
                try
                {
                    await _calls.CallAsync(() => partition.PrepareAsync(spec), token).ConfigureAwait(false);
                }
                catch (CanoConfigurationException exception) when (exception.Code == ErrorCodes.InvalidParams)
                {
                    // Not thrown here: calls that are under way would go on unobserved, and store what nothing removes.
                    Interlocked.CompareExchange(ref refused, exception, null);
                }
            }).ConfigureAwait(false);
        if (refused is not null)
        {
            await WithdrawAsync(cancellationToken).ConfigureAwait(false);
            throw refused;
        }
    }

    /// <summary>Removes what was accepted. It goes on without being asked again, and recovery finds what is left all the same.</summary>
    private async Task WithdrawAsync(CancellationToken cancellationToken)
    {
        bool isGone = false;
        for (int asked = 0; asked < MostWithdrawals && !isGone; asked++)
        {
            isGone = await _calls
                .CallAsync(() => _grain.WithdrawAsync(_batch.Header.Digest, _batch.Partitions), cancellationToken)
                .ConfigureAwait(false);
        }
    }
}
