namespace Cano;

/// <summary>
/// How often an operation is tried again that the storage says it never began (<see cref="StorageException.WasNeverAttempted"/>): a number
/// of times at least, and in any case until some
/// time has passed since the first try. Of any other failure the outcome is unknown, and it is the grain's affair.
/// </summary>
/// <param name="MinTries">Tries of which none is left out, however long they take: each may have waited a quarter of a minute for its
/// turn.</param>
/// <param name="Time">From the first try on.</param>
internal sealed record RowPatience(int MinTries, TimeSpan Time)
{
    /// <summary>A read has a caller, who gives up after half a minute and is better told at once that the database is away.</summary>
    internal static readonly RowPatience OfReads = new(5, TimeSpan.Zero);

    /// <summary>
    /// A write that is given up ends its activation, and the next one reads everything again, which adds load where there is too much
    /// already.
    /// </summary>
    internal static readonly RowPatience OfWrites = new(5, TimeSpan.FromMinutes(2));

    internal async Task RunAsync(Func<Task> operation, TimeProvider clock)
    {
        long begun = clock.GetTimestamp();
        for (int repetition = 0; ; repetition++)
        {
            try
            {
                await operation();
                return;
            }
            catch (StorageException exception)
                when (exception.WasNeverAttempted && (repetition + 1 < MinTries || clock.GetElapsedTime(begun) < Time))
            {
                // Nothing was changed: the same operation, with the same ETag, is still right.
            }

            await Task.Delay(RetryBackoff.Default.PauseBefore(repetition), clock);
        }
    }
}
