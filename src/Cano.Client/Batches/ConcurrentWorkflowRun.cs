using System.Runtime.CompilerServices;

namespace Cano;

/// <summary>A batch that was started: watch it, read its results, cancel it. Safe for concurrent use.</summary>
/// <remarks>
/// It holds no more than the id. When the cluster does not answer (a silo was lost, say), a call is made again for about a minute before it
/// throws what Orleans threw; every method throws <see cref="BatchNotFoundException"/> when there is no such batch,
/// <see cref="BatchPurgedException"/> when it was purged, and at once <see cref="HostStoppedException"/> when the host of the client that
/// it was made with has stopped, also in the middle of a wait. Tokens are heard at once.
/// </remarks>
/// <typeparam name="TState">The enum that lists the states of its workflows.</typeparam>
public sealed class ConcurrentWorkflowRun<TState>
    where TState : struct, Enum
{
    private readonly BatchRun _run;

    internal ConcurrentWorkflowRun(BatchRun run) => _run = run;

    /// <summary>The batch's id.</summary>
    public string Id => _run.Id;

    /// <summary>
    /// The batch's shared store, for reading, while it runs and after; every call throws <see cref="BatchPurgedException"/> once the batch
    /// was purged. Nodes change it.
    /// </summary>
    public IReadOnlySharedStore SharedStore => new SharedStoreReader(_run);

    /// <summary>Reads the status. Never waits behind the work.</summary>
    /// <param name="cancellationToken">Ends the waiting.</param>
    /// <returns>The status.</returns>
    /// <exception cref="BatchNotFoundException">There is no such batch.</exception>
    public Task<BatchStatus> GetStatusAsync(CancellationToken cancellationToken = default) => _run.GetStatusAsync(cancellationToken);

    /// <summary>
    /// The status now, then each change as often as the batch tells of one, some being passed over; ends after the one of the finished
    /// batch.
    /// </summary>
    /// <param name="cancellationToken">Ends the waiting; the batch runs on.</param>
    /// <returns>The statuses; counts of final outcomes never decrease.</returns>
    /// <exception cref="BatchNotFoundException">There is no such batch.</exception>
    public async IAsyncEnumerable<BatchStatus> WatchAsync([EnumeratorCancellation] CancellationToken cancellationToken = default)
    {
        await foreach (BatchView view in _run.WatchAsync(cancellationToken).ConfigureAwait(false))
        {
            yield return view.Status;
        }
    }

    /// <summary>
    /// Each result once, in the order in which they became final, the cancelled at the end; ends when the batch is finished.
    /// </summary>
    /// <remarks>A status read after a result was seen counts that result.</remarks>
    /// <param name="cancellationToken">Ends the waiting; the batch runs on.</param>
    /// <returns>The results.</returns>
    /// <exception cref="BatchNotFoundException">There is no such batch.</exception>
    /// <exception cref="BatchDataLostException">Results that the batch counts are not in storage.</exception>
    public async IAsyncEnumerable<WorkflowResult<TState>> StreamResultsAsync([EnumeratorCancellation] CancellationToken cancellationToken = default)
    {
        await foreach (InstanceResult result in _run.StreamAsync(cancellationToken).ConfigureAwait(false))
        {
            yield return new WorkflowResult<TState>(result);
        }
    }

    /// <summary>Asks the batch to stop: what is not final becomes Cancelled. Changes nothing once it has stopped.</summary>
    /// <param name="cancellationToken">Ends the waiting; the batch may still be stopped.</param>
    /// <returns>The status once the stop is durable; outcomes may still be becoming final.</returns>
    /// <exception cref="BatchNotFoundException">There is no such batch.</exception>
    public Task<BatchStatus> CancelAsync(CancellationToken cancellationToken = default) => _run.CancelAsync(cancellationToken);

    /// <summary>Waits until every outcome is final and reads all results.</summary>
    /// <param name="cancellationToken">Ends the waiting; the batch runs on.</param>
    /// <returns>The results of all instances.</returns>
    /// <exception cref="BatchNotFoundException">There is no such batch.</exception>
    /// <exception cref="BatchDataLostException">Results that the batch counts are not in storage.</exception>
    public async Task<ConcurrentWorkflowResults<TState>> WaitAsync(CancellationToken cancellationToken = default)
    {
        BatchView finished = await _run.WaitAsync(cancellationToken).ConfigureAwait(false);
        InstanceResult[] results = await _run.ReadAllAsync(finished, cancellationToken).ConfigureAwait(false);
        return new ConcurrentWorkflowResults<TState>(finished.Status, results);
    }

    /// <summary>
    /// Removes the finished batch: its instances, results and shared store. From then on every call for it, and every start with its id,
    /// throws <see cref="BatchPurgedException"/>, for as long as the silo keeps finished batches (<c>Cano:Retention</c>); after that the id
    /// is as if it had never been used. Purging again changes nothing.
    /// </summary>
    /// <param name="cancellationToken">Ends the waiting; a purge that has begun goes on to its end, through any crash.</param>
    /// <returns>Completes when all is gone, durably.</returns>
    /// <exception cref="BatchNotFinishedException">Outcomes are still to come; cancel it and wait first. Nothing was changed.</exception>
    /// <exception cref="BatchNotFoundException">There is no such batch.</exception>
    public Task PurgeAsync(CancellationToken cancellationToken = default) => _run.PurgeAsync(cancellationToken);
}

/// <summary>Opens batches that were started elsewhere.</summary>
public static class ConcurrentWorkflowRun
{
    /// <summary>
    /// Opens a batch by its id. Makes no call: a batch that does not exist shows at the first use, as <see cref="BatchNotFoundException"/>.
    /// </summary>
    /// <typeparam name="TState">The enum that lists the states of its workflows.</typeparam>
    /// <param name="client">An Orleans client, or the grain factory of a silo.</param>
    /// <param name="id">The batch's id.</param>
    /// <returns>The run.</returns>
    /// <exception cref="CanoConfigurationException"><paramref name="id"/> is not 1 to 200 characters of <c>[A-Za-z0-9._:-]</c> (code
    /// <c>invalid-id</c>).</exception>
    public static ConcurrentWorkflowRun<TState> Attach<TState>(IGrainFactory client, string id)
        where TState : struct, Enum
    {
        ArgumentNullException.ThrowIfNull(client);
        return new(new BatchClient(client).Open(Identifier.Require(id, "A batch's id")));
    }
}
