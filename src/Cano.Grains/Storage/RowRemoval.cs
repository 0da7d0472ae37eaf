using Orleans.Storage;

namespace Cano;

/// <summary>Removes a row, whatever it holds: a purge must not depend on being able to read what it removes.</summary>
internal static class RowRemoval
{
    /// <summary>
    /// How often a row is looked at that is changed between the look and the removal. Each change is a write that succeeded:
    /// more of them are no coincidence.
    /// </summary>
    private const int MaxLooks = 5;

    /// <summary>Removes a row; there may be none.</summary>
    /// <param name="storage">The grain storage.</param>
    /// <param name="stateName">The name of the state, as in <see cref="Row{T}"/>.</param>
    /// <param name="kind">What the key is of.</param>
    /// <param name="key">The key among those of its kind.</param>
    /// <exception cref="InconsistentStateException">Something else keeps writing it.</exception>
    internal static async Task RemoveAsync(IGrainStorage storage, string stateName, string kind, string key)
    {
        Row<UnreadRow> row = new(storage, stateName, kind, key);
        for (int look = 1; await row.ReadAsync() is not null; look++)
        {
            try
            {
                await row.ClearAsync();
                return;
            }
            catch (InconsistentStateException) when (look < MaxLooks)
            {
                // It was changed or removed meanwhile: the next look shows which.
            }
        }
    }
}
