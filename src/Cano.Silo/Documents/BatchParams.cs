namespace Cano;

/// <summary>
/// Checks the params of a whole batch in the host that takes it in, so that all faults are told at once and nothing was stored.
/// </summary>
internal static class BatchParams
{
    /// <summary>Finds what does not fit, in the order submitted.</summary>
    internal static async Task<IReadOnlyList<SubmissionFault>> FindAsync(
        PreparedBatch batch, IParamsCheck check, CancellationToken cancellationToken)
    {
        List<SubmissionFault> found = [];
        for (int index = 0; index < batch.Partitions && found.Count < SubmissionFault.MaxTold; index++)
        {
            cancellationToken.ThrowIfCancellationRequested();
            PartitionSpec partition = batch.Partition(index);
            found.AddRange(await check.FindAsync(partition.Instances, partition.FirstOrdinal));
        }

        return found;
    }

    /// <summary>
    /// To be called before a start. A batch of one partition is checked by the silo that starts it, all of it at once; and one that exists
    /// is joined,
    /// or refused for what it is, whatever its params.
    /// </summary>
    /// <exception cref="CanoConfigurationException">Params do not fit (code <c>invalid-params</c>).</exception>
    internal static async Task RequireFitAsync(
        PreparedBatch batch, IParamsCheck check, BatchClient client, CancellationToken cancellationToken)
    {
        if (batch.Partitions > 1
            && await FindAsync(batch, check, cancellationToken) is { Count: > 0 } faults
            && !await ExistsAsync(client.Open(batch.Id), cancellationToken))
        {
            throw CanoConfigurationException.Of(ErrorCodes.InvalidParams, faults);
        }
    }

    private static async Task<bool> ExistsAsync(BatchRun run, CancellationToken cancellationToken)
    {
        try
        {
            await run.GetStatusAsync(cancellationToken);
            return true;
        }
        catch (BatchNotFoundException)
        {
            return false;
        }
        catch (BatchPurgedException)
        {
            return true;
        }
    }
}
