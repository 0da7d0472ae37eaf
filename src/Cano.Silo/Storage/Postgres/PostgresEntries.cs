using System.Runtime.InteropServices;

namespace Cano;

/// <summary>Collects entries while one write is under way, for the next. An entry that finds none under way is written at once, by itself. Safe for concurrent use.</summary>
/// <param name="write">Writes some entries, no two of one id, and answers for each.</param>
internal sealed class PostgresEntries(Func<IReadOnlyList<BatchEntry>, Task<BatchEntry?[]>> write)
{
    /// <summary>So many are written together at most.</summary>
    internal const int MostAtOnce = 500;

    private readonly Lock _lock = new();
    private List<Waiting> _waiting = [];
    private bool _writing;

    internal Task<BatchEntry?> PutAsync(BatchEntry entry)
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

        _ = WriteAllAsync();
        return waiting.Answer.Task;
    }

    private async Task WriteAllAsync()
    {
        while (Take() is { Count: > 0 } group)
        {
            await WriteAsync(group);
        }
    }

    private static void Answer(List<Waiting> group, Action<Waiting, int> answer)
    {
        for (int place = 0; place < group.Count; place++)
        {
            answer(group[place], place);
        }
    }

    private async Task WriteAsync(List<Waiting> group)
    {
        try
        {
            BatchEntry?[] answers = await write([.. group.Select(one => one.Entry)]);
            Answer(group, (one, place) => one.Answer.SetResult(answers[place]));
        }
        catch (Exception exception)
        {
            Answer(group, (one, _) => one.Answer.SetException(exception));
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
        internal TaskCompletionSource<BatchEntry?> Answer { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);
    }
}
