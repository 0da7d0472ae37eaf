namespace Cano;

/// <summary>
/// Makes the changes of a shared store durable, in groups: changes that come while a write is under way are carried out together after it,
/// in the order in which they came, and share the next write. Each is answered once what it tells of is durable.
/// </summary>
/// <remarks>
/// Runs on the scheduler of its activation, which it needs: nothing here is safe for several threads. A write that fails fails the changes
/// of its group, whose outcome is unknown; those that wait are carried out on what is read anew. Reads see what is durable and wait for no
/// write.
/// </remarks>
/// <param name="row">The store's row.</param>
/// <param name="owner">Whose store it is, for messages.</param>
/// <param name="clock">Times the pauses in which changes gather.</param>
internal sealed class SharedStoreCommits(SharedStoreRow row, string owner, TimeProvider clock)
{
    private static readonly SharedStoreState s_empty = new();

    private readonly GroupPace _pace = new();
    private List<SharedChange> _waiting = [];
    private bool _isCommitting;

    /// <summary>Completes after the last reading, writing or removal of the row that was asked for: there is one at a time.</summary>
    private Task _lastUse = Task.CompletedTask;

    /// <summary>What is durable; null: it has to be read.</summary>
    private SharedStoreState? _durable;

    /// <summary>The same, in the form in which it is changed; null: it has to be made of <see cref="_durable"/>.</summary>
    private SharedStoreValues? _values;

    /// <summary>What is durable.</summary>
    internal async ValueTask<SharedStoreState> ReadAsync() => _durable ?? await InTurnAsync(LoadAsync);

    /// <summary>Makes a change.</summary>
    /// <param name="change">Carries it out; what it throws is the answer, and then it has changed nothing.</param>
    /// <returns>The answer, once it is durable.</returns>
    /// <exception cref="BatchOverException">The batch was purged; nothing was written.</exception>
    internal Task<T> ChangeAsync<T>(Func<SharedStoreValues, T> change)
    {
        SharedChange<T> queued = new(change);
        _waiting.Add(queued);
        if (!_isCommitting)
        {
            _isCommitting = true;
            _ = Supervised.RunAsync(CommitAllAsync, Fail);
        }

        return queued.Answer;
    }

    /// <summary>Removes the store, whatever it holds.</summary>
    internal Task RemoveAsync() => InTurnAsync(async () =>
    {
        Forget();
        await row.RemoveAsync();
        return true;
    });

    /// <summary>Goes on until nothing waits. What goes wrong with a group is the answer to its changes.</summary>
    private async Task CommitAllAsync()
    {
        while (_waiting.Count > 0)
        {
            await _pace.GatherAsync(() => _waiting.Count, clock);
            await InTurnAsync(CommitGroupAsync);
        }

        _isCommitting = false;
    }

    private async Task<bool> CommitGroupAsync()
    {
        List<SharedChange> group = _waiting;
        _waiting = [];
        try
        {
            await CommitAsync(group);
            group.ForEach(change => change.Complete());
            return true;
        }
        catch (Exception exception)
        {
            Forget();
            group.ForEach(change => change.Fail(exception));
            return false;
        }
    }

    private async Task CommitAsync(List<SharedChange> group)
    {
        SharedStoreState before = await LoadAsync();
        SharedStoreValues values = _values ??= new(owner, before.Values, before.LastVersion);
        group.ForEach(change => change.Apply(values));
        if (values.LastVersion != before.LastVersion)
        {
            SharedStoreState next = new() { Values = values.ToValues(), LastVersion = values.LastVersion };
            await row.WriteAsync(next);
            _durable = next;
            _pace.Wrote(values.Bytes, clock);
        }
    }

    /// <summary>Something failed that is no group's: what waits is answered with it, and the next change begins anew.</summary>
    private void Fail(Exception exception)
    {
        _isCommitting = false;
        List<SharedChange> waiting = _waiting;
        _waiting = [];
        Forget();
        waiting.ForEach(change => change.Fail(exception));
    }

    private async Task<SharedStoreState> LoadAsync() => _durable ??= await row.ReadAsync() ?? s_empty;

    private void Forget()
    {
        _durable = null;
        _values = null;
    }

    private async Task<T> InTurnAsync<T>(Func<Task<T>> use)
    {
        Task before = _lastUse;
        TaskCompletionSource ended = new(TaskCreationOptions.RunContinuationsAsynchronously);
        _lastUse = ended.Task;
        await before;
        try
        {
            return await use();
        }
        finally
        {
            ended.SetResult();
        }
    }
}
