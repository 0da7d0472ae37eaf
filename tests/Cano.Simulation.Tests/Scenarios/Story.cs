using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Options;

namespace Cano;

/// <summary>
/// The words in which a rule of docs/protocol.md is told: a batch, its partitions' activations, its instances, and what happens to them,
/// one sentence after the other.
/// It is the real <see cref="Batch"/> and <see cref="Partition"/> on one thread. All that can happen has happened when a sentence ends;
/// time goes on only where a sentence waits.
/// </summary>
internal sealed class Story : IPartitions, IBatchParts
{
    private const string Id = "b";
    private const string Digest = "0123456789abcdef";
    private const int LongestWait = 10_000;

    private static readonly IOptions<CanoOptions> s_options = Options.Create(new CanoOptions());
    private static readonly WorkflowRegistry s_workflows =
        new([Scenario.Workflow], new ServiceCollection().BuildServiceProvider(), TimeProvider.System, s_options);
    private static readonly BatchRules s_rules = new(s_workflows, s_options, new LocalParams(s_workflows));

    private readonly SimulationScheduler _scheduler = new(seed: 0, traced: false);
    private readonly StoryStorage _storage = new();
    private readonly StoryInstances _instances = new();
    private readonly StoryCatalog _catalog = new();
    private readonly Dictionary<string, Member> _partitions = [];
    private readonly Dictionary<string, TaskCompletionSource> _muted = [];
    private readonly HashSet<string> _unanswered = [];
    private readonly BatchHeader _header;
    private readonly PartitionSpec[] _specs;
    private readonly TimeSpan _partitionsClock;
    private Leader _batch;
    private int _incarnations;

    /// <summary>A batch that has started: instances i0, i1, ... in partitions of these sizes.</summary>
    internal Story(ConcurrentTimeout timeout, int[] partitions, bool hosted = false, TimeSpan partitionsClock = default, bool silosHaveTheWorkflow = true)
    {
        _header = new() { Timeout = timeout, Total = partitions.Sum(), PartitionSizes = partitions, Digest = Digest, Workflows = [] };
        _specs = [.. partitions.Select((size, p) => MemoryPartitionRows.Spec(size) with
        {
            FirstOrdinal = partitions.Take(p).Sum(),
            Store = hosted ? null : new byte[HostedPartition.MaxBytes + 1],
            Instances = [.. Enumerable.Range(partitions.Take(p).Sum(), size).Select(i => new InstanceSpec($"i{i}", "simulated", null, null))],
        })];
        _partitionsClock = partitionsClock;
        _instances.SetPlaceable(silosHaveTheWorkflow);
        _batch = NewLeader();
        Start();
    }

    /// <summary>The batch's row.</summary>
    internal BatchState Row => Do(_batch.Turns, () => new BatchRow(_storage, Id).ReadAsync())!;

    /// <summary>The ids of the instances that have been started, in that order; again where they were started again.</summary>
    internal IEnumerable<string> Started => _instances.Started;

    /// <summary>Whether the batch's runs were stopped on every silo, and not only where the partition is.</summary>
    internal bool StoppedEverywhere => _instances.StoppedEverywhere;

    /// <summary>An instance ends by itself, as soon as it runs.</summary>
    internal void Ends(string instance, bool success = true)
    {
        Until(() => _instances.IsRunning(instance), $"{instance} runs");
        DateTimeOffset now = _scheduler.Time.GetUtcNow();
        _instances.End(instance, new()
        {
            FinalState = success ? "Done" : null,
            Error = success ? null : new() { Kind = WorkflowErrorKinds.NodeFailed, Message = "no" },
            StartedAt = now,
            FinishedAt = now,
        });
        _scheduler.RunReady();
    }

    /// <summary>An instance's outcome becomes durable: Completed, Failed, Cancelled or Surplus.</summary>
    internal void Becomes(string instance, string outcome) => Until(() => OutcomeOf(instance) == outcome, $"{instance} is {outcome}, not {OutcomeOf(instance)}");

    /// <summary>So much time passes, and still an instance has no outcome.</summary>
    internal void StaysOpen(string instance, TimeSpan time)
    {
        Later(time);
        Assert.Null(OutcomeOf(instance));
    }

    /// <summary>The batch stops, durably.</summary>
    internal void Stops(StopReason reason) => Until(() => Row.Stop?.Reason == reason, $"the stop is {reason}, not {Row.Stop?.Reason}");

    /// <summary>The batch ends with these counts.</summary>
    internal void Finishes(int completed, int failed, int cancelled)
    {
        Until(() => Row.FinishedAt is not null, "the batch has finished");
        BatchStatus status = Ask(batch => batch.GetStatusAsync());
        Assert.Equal((completed, failed, cancelled), (status.Completed, status.Failed, status.Cancelled));
    }

    internal void Cancel() => Ask(batch => batch.CancelAsync());

    /// <summary>The batch is purged and started anew with the same id.</summary>
    internal void PurgeAndStartAgain()
    {
        Assert.True(Ask(batch => batch.PurgeAsync()));
        _storage.Remove(Id, "cano.batch");
        _instances.ForgetAll();
        _batch = NewLeader();
        Start();
    }

    internal void Later(TimeSpan time)
    {
        bool passed = false;
        using ITimer timer = _scheduler.Time.CreateTimer(_ => passed = true, null, time, Timeout.InfiniteTimeSpan);
        Until(() => passed, "time goes on");
    }

    /// <summary>A partition's activation is lost with all that it knew; what it had started runs on.</summary>
    internal void Lose(int partition) => Forget(partition)?.Turns.Kill();

    /// <summary>The directory forgets a partition's activation, which lives on: the next message makes another one.</summary>
    internal Partition Double(int partition) => Forget(partition)!.Partition;

    /// <summary>The partition's activation that messages reach now.</summary>
    internal Partition Successor(int partition) => Route(KeyOf(partition)).Partition;

    /// <summary>The batch's activation is lost; recovery brings up the next one.</summary>
    internal void LoseBatch()
    {
        _batch.Turns.Kill();
        Recover();
    }

    /// <summary>The directory forgets the batch's activation, which lives on, and another one comes up.</summary>
    internal Batch DoubleBatch()
    {
        Batch before = _batch.Batch;
        Recover();
        return before;
    }

    /// <summary>Messages to a partition are held up.</summary>
    internal void Mute(int partition) => _muted[KeyOf(partition)] = new(TaskCreationOptions.RunContinuationsAsynchronously);

    internal void Unmute(int partition)
    {
        _muted.Remove(KeyOf(partition), out TaskCompletionSource? held);
        held!.SetResult();
        _scheduler.RunReady();
    }

    /// <summary>A partition hears and acts, but its answers do not reach the batch.</summary>
    internal void LoseAnswers(int partition, bool lost) => _ = lost ? _unanswered.Add(KeyOf(partition)) : _unanswered.Remove(KeyOf(partition));

    /// <summary>A partition's writes do not reach the storage, and are not answered.</summary>
    internal void LoseWrites(int partition, bool lost) => _storage.LoseWrites(KeyOf(partition), lost);

    /// <summary>An instance's outcome is lost with its silo: it runs again when it is asked.</summary>
    internal void Forget(string instance) => _instances.Forget(instance);

    /// <summary>A partition's rows are gone from storage, and its activation with them.</summary>
    internal void Vanish(int partition)
    {
        Lose(partition);
        _storage.Remove(KeyOf(partition), null);
    }

    /// <summary>No silo has the workflow any more, or one has it again.</summary>
    internal void SilosHaveTheWorkflow(bool have) => _instances.SetPlaceable(have);

    /// <summary>Says something to an activation, whoever the directory would lead to.</summary>
    internal T Say<T>(Func<Task<T>> call)
    {
        Turns turns = new(_scheduler, "said");
        return Do(turns, call);
    }

    /// <summary>Waits for something, and says what was missing when it does not come.</summary>
    internal void Until(Func<bool> holds, string what)
    {
        for (int round = 0; round < LongestWait; round++)
        {
            _scheduler.RunReady();
            if (holds())
            {
                return;
            }

            Assert.True(_scheduler.Time.AdvanceToNext(), $"Nothing can happen any more; wanted: {what}.");
        }

        Assert.Fail($"Waited in vain until {what}.");
    }

    /// <summary>The results of a partition as they are in its rows.</summary>
    internal ResultIndex Results(int partition) => Do(new Turns(_scheduler, "reader"), async () =>
    {
        PartitionRows rows = new(_storage, KeyOf(partition));
        if (Row.Hosted is null)
        {
            return (await ResultLog.LoadAsync(rows))?.Index ?? new(_specs[partition]);
        }

        BatchRecord record = new(Id, new BatchRow(_storage, Id));
        await record.ReadAsync();
        return (await ResultLog.LoadAsync(new HostedPartition.Reads(record, rows)))!.Value.Index;
    });

    private string? OutcomeOf(string instance)
    {
        int p = Array.FindIndex(_specs, spec => Array.Exists(spec.Instances, one => one.Id == instance));
        ResultIndex results = Results(p);
        int index = results.Names.Find(instance);
        return results.HasResult(index) ? (results.IsSuccess(index) ? "Completed" : "Failed")
            : results.Seal is not { } seal ? null
            : seal.Surplus.Contains(index) ? "Surplus"
            : "Cancelled";
    }

    Task IPartitions.PrepareAsync(string key, PartitionSpec spec) => throw new NotSupportedException("The story prepares its partitions itself.");

    async Task<PartitionReport> IPartitions.ExchangeAsync(string key, PartitionOrders orders)
    {
        while (_muted.TryGetValue(key, out TaskCompletionSource? held))
        {
            await held.Task;
        }

        Member member = Route(key);
        TaskCompletionSource<PartitionReport> answer = new(TaskCreationOptions.RunContinuationsAsynchronously);
        member.Turns.Post(_ => _ = AnswerAsync(key, member.Partition.ExchangeAsync(orders), answer), null);
        ITimer timeout = _scheduler.Time.CreateTimer(_ => answer.TrySetException(new TimeoutException(key)), null, TimeSpan.FromSeconds(30), Timeout.InfiniteTimeSpan);
        try
        {
            return await answer.Task;
        }
        finally
        {
            await timeout.DisposeAsync();
        }
    }

    Task<int> IBatchParts.CountAsync(string key) => Route(key).Partition.CountAsync();

    Task IBatchParts.RemoveAsync(string key)
    {
        Lose(int.Parse(key.AsSpan(key.LastIndexOf('/') + 1)));
        _storage.Remove(key, null);
        return Task.CompletedTask;
    }

    Task IBatchParts.RemoveHostedAsync(string key, PartitionSpec hosted, Segment? results, string? incarnation) => Task.CompletedTask;

    Task IBatchParts.RemoveSharedStoreAsync(string batchId, string? incarnation) => Task.CompletedTask;

    private async Task AnswerAsync(string key, Task<PartitionReport> report, TaskCompletionSource<PartitionReport> answer)
    {
        try
        {
            PartitionReport said = await report;
            if (!_unanswered.Contains(key))
            {
                answer.TrySetResult(said);
            }
        }
        catch (Exception exception)
        {
            answer.TrySetException(exception);
        }
    }

    private void Start()
    {
        bool isSingle = _specs.Length == 1;
        for (int p = 0; p < _specs.Length; p++)
        {
            if (!isSingle || _specs[p].Store is not null)
            {
                Member member = Route(KeyOf(p));
                Do(member.Turns, async () =>
                {
                    await member.Partition.PrepareAsync(_specs[p]);
                    return true;
                });
            }
        }

        Ask(batch => batch.StartAsync(_header, isSingle && _specs[0].Store is null ? _specs[0] : null));
        _scheduler.RunReady();
    }

    private void Recover()
    {
        _batch = NewLeader();
        Ask(batch => batch.ResumeAsync());
        _scheduler.RunReady();
    }

    private Member? Forget(int partition) => _partitions.Remove(KeyOf(partition), out Member? member) ? member : null;

    private Member Route(string key)
    {
        if (!_partitions.TryGetValue(key, out Member? member))
        {
            Turns turns = new(_scheduler, key);
            member = new(new(key, Services(_partitionsClock)) { Ended = () => turns.Post(_ => _partitions.Remove(key), null) }, turns);
            _partitions[key] = member;
        }

        return member;
    }

    private Leader NewLeader()
    {
        Turns turns = new(_scheduler, Id);
        PartitionServices partitions = Services(default);
        Batch batch = new(Id, new BatchRow(_storage, Id), new(
            this, partitions, _catalog, s_rules, this, "silo", _scheduler.Time, _scheduler.Time, Silo.UnheardMetrics, NullLogger.Instance, TimeSpan.FromDays(30),
            () => $"incarnation {++_incarnations}"));
        ITimer? timer = null;
        batch.Driven = () => timer ??= _scheduler.Time.CreateTimer(_ => turns.Run(Tick), null, NextTick(), Timeout.InfiniteTimeSpan);
        return new(batch, turns);

        TimeSpan NextTick() => BatchGrain.NextTick(batch.NextTick - _scheduler.Time.GetUtcNow());

        void Tick()
        {
            batch.Tick();
            if (batch.IsUnfinished && batch.Failure is null)
            {
                timer!.Change(NextTick(), Timeout.InfiniteTimeSpan);
            }
        }
    }

    private PartitionServices Services(TimeSpan clockIsAhead) => new(
        _instances, new(s_options), key => new PartitionRows(_storage, key), new(), new(), batch => new BatchRow(_storage, batch).ReadAsync(),
        new SiloClock(_scheduler.Time, clockIsAhead), _scheduler.Time, () => 1, Silo.UnheardMetrics, NullLogger.Instance);

    private T Ask<T>(Func<Batch, Task<T>> call) => Do(_batch.Turns, () => call(_batch.Batch));

    private T Do<T>(Turns turns, Func<Task<T>> call)
    {
        Task<T>? answer = null;
        turns.Run(() => answer = call());
        Until(() => answer!.IsCompleted, "there is an answer");
#pragma warning disable VSTHRD002 // It has completed.
        return answer!.GetAwaiter().GetResult();
#pragma warning restore VSTHRD002
    }

    private static string KeyOf(int partition) => GrainKeys.OfPartition(Id, Digest, partition);

    private sealed record Member(Partition Partition, Turns Turns);

    private sealed record Leader(Batch Batch, Turns Turns);
}
