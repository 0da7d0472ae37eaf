namespace Cano;

/// <summary>
/// Tells the catalog of a batch: one entry after the other, because an entry that overtook the one that takes it away would stay.
/// </summary>
internal sealed class BatchAnnouncer(BatchRecord record, BatchViews views, BatchServices services)
{
    private DateTimeOffset _toldAt;
    private Task _last = Task.CompletedTask;

    /// <summary>When the catalog is to be told how far the batch is; null: not before its end.</summary>
    internal DateTimeOffset? NextProgress => services.CatalogInterval is { } interval ? _toldAt + interval() : null;

    /// <summary>Completes when the catalog has taken, or refused, all that it was told.</summary>
    internal Task LastTold => _last;

    /// <summary>The driving of the batch begins: the next word of progress is due an interval later.</summary>
    internal void Begin() => _toldAt = services.Clock.GetUtcNow();

    /// <summary>
    /// Tells the catalog how the batch is now. When that fails, recovery finds the old entry and asks the batch, which tells it again.
    /// </summary>
    internal Task TellAsync()
    {
        _toldAt = services.Clock.GetUtcNow();
        return _last = TellAfterAsync(_last);
    }

    /// <summary>Tells how far the batch is, if that is due and the catalog has taken the last word.</summary>
    internal void TellProgress(DateTimeOffset now)
    {
        if (now < NextProgress)
        {
            return;
        }

        if (_last.IsCompleted)
        {
            _ = TellAsync();
        }

        // Where the catalog has not taken the last word yet, the next is due later: otherwise this would be called again and again.
        _toldAt = now;
    }

    /// <summary>Enters a batch in the catalog; what fails goes through.</summary>
    internal Task EnterAsync(BatchState state, BatchStatus status) => services.Catalog.PutAsync(Entry(state, status));

    internal Task RemoveAsync(BatchEntry entry) => services.Catalog.RemoveAsync(entry);

    internal BatchEntry Entry(BatchState state, BatchStatus status) => new()
    {
        Status = status,
        Version = (state.Epoch * 4) + (int)status.Phase,
        Owner = services.Owner,
        Workflows = state.Header.Workflows,
        Labels = state.Header.Labels,
        Digest = state.Header.Digest,
        Partitions = state.Header.PartitionSizes.Length,
        IsBeingPurged = state.Purge is { Left: > 0 },
        PurgedAt = state.Purge is { Left: 0 } purge ? purge.At : null,
    };

    private async Task TellAfterAsync(Task previous)
    {
        await previous;
        try
        {
            if (record.State is { } state)
            {
                await EnterAsync(state, views.StatusNow(state));
            }
        }
        catch (Exception exception) when (exception is not OutOfMemoryException)
        {
            services.Logger.CatalogNotTold(exception, record.Id);
        }
    }
}
