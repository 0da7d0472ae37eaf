namespace Cano;

/// <summary>
/// The batch's row as one activation knows it, and whether that activation still lives: it ends with the first write that fails, because
/// then the outcome is unknown.
/// </summary>
internal sealed class BatchRecord(string id, IBatchRow row)
{
    /// <summary>The batch's id.</summary>
    internal string Id => id;

    /// <summary>What is durable; null where there is no such batch.</summary>
    internal BatchState? State { get; private set; }

    /// <summary>Why this activation has ended; null while it lives.</summary>
    internal Exception? Failure { get; private set; }

    /// <summary>Called once, when this activation ends.</summary>
    internal Action<Exception>? Ended { get; set; }

    internal bool IsAlive => Failure is null;

    internal async Task ReadAsync() => State = await row.ReadAsync();

    /// <summary>Writes the row. When that fails this activation has ended.</summary>
    internal async Task WriteAsync(BatchState next)
    {
        try
        {
            await row.WriteAsync(next);
            State = next;
        }
        catch (Exception exception)
        {
            End(exception);
            throw;
        }
    }

    /// <summary>Removes the row. When that fails this activation has ended.</summary>
    internal async Task ClearAsync()
    {
        try
        {
            await row.ClearAsync();
            State = null;
        }
        catch (Exception exception)
        {
            End(exception);
            throw;
        }
    }

    internal void End(Exception exception)
    {
        if (Failure is null)
        {
            Failure = exception;
            Ended?.Invoke(exception);
        }
    }

    /// <exception cref="SupersededException">This activation has ended.</exception>
    internal void ThrowIfEnded()
    {
        if (Failure is not null)
        {
            throw new SupersededException(Failure.Message, Failure);
        }
    }
}
