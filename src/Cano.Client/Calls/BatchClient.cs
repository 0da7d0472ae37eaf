namespace Cano;

/// <summary>
/// Starts batches of untyped instances, and opens those that exist. The typed library, the HTTP API and the host's commands go through it.
/// </summary>
internal sealed class BatchClient
{
    private readonly IGrainFactory _grains;
    private readonly GrainCalls _calls;

    internal BatchClient(IGrainFactory grains, GrainCalls? calls = null)
    {
        _grains = grains;
        _calls = calls ?? GrainCalls.Through(grains);
    }

    /// <summary>A batch by its id. Makes no call.</summary>
    internal BatchRun Open(string id) => new(_grains, id, _calls);

    /// <summary>A start of a batch, for a caller who has to know how far it came. Makes no call.</summary>
    internal BatchStart Begin(PreparedBatch batch) => new(_grains, _calls, batch);

    /// <summary>Starts a batch, or joins the one that exists with its id and content: see <see cref="BatchStart.RunAsync"/>.</summary>
    internal Task<BatchStatus> StartAsync(PreparedBatch batch, CancellationToken cancellationToken = default) => Begin(batch).RunAsync(cancellationToken);

    /// <summary>As <see cref="StartAsync"/>, and tells whether the batch was there before.</summary>
    internal Task<(BatchStatus Status, bool Joined)> StartOrJoinAsync(PreparedBatch batch, CancellationToken cancellationToken = default) =>
        Begin(batch).RunOrJoinAsync(cancellationToken);
}
