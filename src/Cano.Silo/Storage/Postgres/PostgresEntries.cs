using System.Runtime.InteropServices;

namespace Cano;

/// <summary>
/// Collects entries while one write is under way, for the next. An entry that finds none under way is written at once, by itself. Safe for
/// concurrent use.
/// </summary>
/// <param name="write">Writes some entries, no two of one id.</param>
internal sealed class PostgresEntries(Func<IReadOnlyList<BatchEntry>, Task> write)
{
    /// <summary>So many are written together at most.</summary>
    internal const int MostAtOnce = 500;

    private readonly Lock _lock = new();
    private List<Waiting> _waiting = [];
    private bool _writing;

    internal Task PutAsync(BatchEntry entry)
    {
        Waiting waiting = new(entry);
        lock (_lock)
        {
            _waiting.Add(waiting);
            if (_writing)
            {
                return waiting.Answer.Task;
            }

            _writing = true;
        }

        // Not in the turn, or the context, of the grain that happened to come first: the loop serves them all.
        ThreadPool.UnsafeQueueUserWorkItem(static entries => _ = entries.WriteAllAsync(), this, preferLocal: false);
        return waiting.Answer.Task;
    }

    private async Task WriteAllAsync()
    {
        while (Take() is { Count: > 0 } group)
        {
            await WriteAsync(group);
        }
    }

    private async Task WriteAsync(List<Waiting> group)
    {
        try
        {
            await write([.. group.Select(one => one.Entry)]);
            group.ForEach(one => one.Answer.SetResult());
        }
        catch (Exception exception)
        {
            group.ForEach(one => one.Answer.SetException(exception));
        }
    }

    /// <summary>The next to write: of each id the one that came first. The others keep their order.</summary>
    private List<Waiting> Take()
    {
        lock (_lock)
        {
            HashSet<string> ids = new(StringComparer.Ordinal);
            List<Waiting> taken = [];
            List<Waiting> left = [];
            foreach (Waiting one in CollectionsMarshal.AsSpan(_waiting))
            {
                (taken.Count < MostAtOnce && ids.Add(one.Entry.Status.Id) ? taken : left).Add(one);
            }

            _waiting = left;
            _writing = taken.Count > 0;
            return taken;
        }
    }

    private sealed record Waiting(BatchEntry Entry)
    {
        internal TaskCompletionSource Answer { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);
    }
}
