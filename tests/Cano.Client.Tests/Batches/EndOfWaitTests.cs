using System.Reflection;
using Cano.Calls;
using Orleans.Runtime;

namespace Cano.Batches;

/// <summary>
/// What ends a wait ends it at once: the caller's token, and the stop of the host that the calls are made through. For every asynchronous
/// method, at each call that
/// it makes, whether the cluster keeps silent or keeps refusing. A start used to hear its token only when its last call was over, after
/// up to three minutes, and
/// a wait on a stopped host went on for a minute.
/// </summary>
public class EndOfWaitTests
{
    /// <summary>Far above what hearing a token takes, far below the time after which a call that has no answer is given up.</summary>
    private static readonly TimeSpan s_atOnce = TimeSpan.FromSeconds(5);

    private readonly FakeCluster _cluster = new();
    private readonly TaskCompletionSource _reached = new(TaskCreationOptions.RunContinuationsAsynchronously);

    /// <summary>
    /// What a caller of this library can wait for, by the method, with the calls of the cluster at which it can be held up.
    /// </summary>
    private static readonly (string Method, string[] HeldAt, Func<FakeCluster, CancellationToken, Task> Call)[] s_waits =
    [
        ("ConcurrentWorkflow.StartAsync", ["start"], (cluster, token) => Batch(1).StartAsync(cluster.Factory, null, token)),
        ("ConcurrentWorkflow.StartAsync", ["prepare", "prepare 0", "prepare 1", "start"], (cluster, token) => Batch(1_500).StartAsync(cluster.Factory, null, token)),
        ("ConcurrentWorkflow.OrchestrateAsync", ["start", "watch -1", "watch 1", "read 0 from 0"], (cluster, token) => Batch(1).OrchestrateAsync(cluster.Factory, null, token)),
        ("ConcurrentWorkflow.OrchestrateAsync", ["prepare", "prepare 1", "start", "watch -1"], (cluster, token) => Batch(1_500).OrchestrateAsync(cluster.Factory, null, token)),
        ("CanoClient.StartAsync", ["start"], (cluster, token) => new CanoClient(cluster.Factory).StartAsync(Batch(1), null, token)),
        ("CanoClient.OrchestrateAsync", ["start", "watch -1"], (cluster, token) => new CanoClient(cluster.Factory).OrchestrateAsync(Batch(1), null, token)),
        ("ConcurrentWorkflowRun.GetStatusAsync", ["status"], (cluster, token) => Run(cluster).GetStatusAsync(token)),
        ("ConcurrentWorkflowRun.CancelAsync", ["cancel"], (cluster, token) => Run(cluster).CancelAsync(token)),
        ("ConcurrentWorkflowRun.PurgeAsync", ["purge"], (cluster, token) => Run(cluster).PurgeAsync(token)),
        ("ConcurrentWorkflowRun.WaitAsync", ["watch -1", "watch 1", "read 0 from 0"], (cluster, token) => Run(cluster).WaitAsync(token)),
        ("ConcurrentWorkflowRun.WatchAsync", ["watch -1", "watch 1"], async (cluster, token) => await Run(cluster).WatchAsync(token).ToListAsync(CancellationToken.None)),
        ("ConcurrentWorkflowRun.StreamResultsAsync", ["watch -1", "final 0 from 0 count 1", "watch 1", "final 0 from 1 count 2"],
            async (cluster, token) => await Run(cluster).StreamResultsAsync(token).ToListAsync(CancellationToken.None)),
    ];

    public static TheoryData<int, string> Waits() => new(s_waits.SelectMany((wait, number) => wait.HeldAt.Select(call => (number, call))));

    [Fact]
    public void EveryAsynchronousMethod_TakesATokenLast_AndIsTriedHere()
    {
        MethodInfo[] asynchronous =
        [
            .. typeof(CanoClient).Assembly.GetExportedTypes()
                .SelectMany(type => type.GetMethods(BindingFlags.Public | BindingFlags.Instance | BindingFlags.Static | BindingFlags.DeclaredOnly))
                .Where(method => IsAwaited(method.ReturnType)),
        ];

        Assert.NotEmpty(asynchronous);
        Assert.All(asynchronous, method => Assert.Equal(typeof(CancellationToken), method.GetParameters()[^1].ParameterType));
        Assert.Equal(
            asynchronous.Select(method => $"{method.DeclaringType!.Name.Split('`')[0]}.{method.Name}").Order(StringComparer.Ordinal),
            s_waits.Select(wait => wait.Method).Distinct().Order(StringComparer.Ordinal));

        static bool IsAwaited(Type type) => typeof(Task).IsAssignableFrom(type)
            || (type.IsGenericType && (type.GetGenericTypeDefinition() == typeof(IAsyncEnumerable<>) || type.GetGenericTypeDefinition() == typeof(ValueTask<>)))
            || type == typeof(ValueTask);
    }

    [Theory]
    [MemberData(nameof(Waits))]
    public async Task Token_WhileACallHasNoAnswer_IsHeardAtOnce(int wait, string heldAt)
    {
        TaskCompletionSource never = new();
        Script(call => Held(call, heldAt, never.Task));

        await HeardAsync(s_waits[wait].Call, heldAt);
    }

    [Theory]
    [MemberData(nameof(Waits))]
    public async Task Token_WhileACallIsRefusedAgainAndAgain_IsHeardAtOnce(int wait, string heldAt)
    {
        Script(call => Held(call, heldAt, Task.FromException(new SiloUnavailableException("gone"))));

        await HeardAsync(s_waits[wait].Call, heldAt);
    }

    [Theory]
    [MemberData(nameof(Waits))]
    public async Task Token_CancelledBefore_MakesNoCall(int wait, string heldAt)
    {
        Script(_ => Task.CompletedTask);
        using CancellationTokenSource source = new();
        await source.CancelAsync();

        OperationCanceledException ended = await Assert.ThrowsAnyAsync<OperationCanceledException>(() => s_waits[wait].Call(_cluster, source.Token));

        Assert.Equal(source.Token, ended.CancellationToken);
        Assert.True(_cluster.Calls.Count == 0, $"{heldAt}: {string.Join(", ", _cluster.Calls)}");
    }

    [Theory]
    [MemberData(nameof(Waits))]
    public async Task HostStopped_WhileACallHasNoAnswer_EndsAtOnceAndSaysSo(int wait, string heldAt)
    {
        TaskCompletionSource never = new();
        Script(call => Held(call, heldAt, never.Task));

        await EndedByTheHostAsync(s_waits[wait].Call);
    }

    [Theory]
    [MemberData(nameof(Waits))]
    public async Task HostStopped_WhileACallIsRefusedAgainAndAgain_EndsAtOnceAndSaysSo(int wait, string heldAt)
    {
        Script(call => Held(call, heldAt, Task.FromException(new SiloUnavailableException("gone"))));

        await EndedByTheHostAsync(s_waits[wait].Call);
    }

    /// <summary>What a stopped host throws at its callers is not made out to be the fault: that it has stopped is.</summary>
    [Theory]
    [MemberData(nameof(Waits))]
    public async Task HostStopped_Before_IsSaidAtTheFirstCall(int wait, string heldAt)
    {
        Script(call => Held(call, heldAt, Task.FromException(new ObjectDisposedException("services"))));
        await HostStop.Of(_cluster.Factory).CancelAsync();

        HostStoppedException ended = await Assert.ThrowsAsync<HostStoppedException>(() => s_waits[wait].Call(_cluster, TestContext.Current.CancellationToken));

        Assert.Equal(ErrorCodes.HostStopped, ended.Code);
        Assert.Empty(_cluster.Calls);
    }

    private async Task EndedByTheHostAsync(Func<FakeCluster, CancellationToken, Task> call)
    {
        Task waiting = call(_cluster, TestContext.Current.CancellationToken);
        await _reached.Task.WaitAsync(s_atOnce, TimeProvider.System, TestContext.Current.CancellationToken);

        await HostStop.Of(_cluster.Factory).CancelAsync();
        int calls = _cluster.Calls.Count;

        await Assert.ThrowsAsync<HostStoppedException>(() => waiting.WaitAsync(s_atOnce, TimeProvider.System, TestContext.Current.CancellationToken));
        Assert.Equal(calls, _cluster.Calls.Count);
    }

    /// <summary>
    /// After the token the held call is not made again; what an orchestration still has to do is to cancel its batch, which may need the
    /// start's answer first.
    /// </summary>
    private async Task HeardAsync(Func<FakeCluster, CancellationToken, Task> call, string heldAt)
    {
        using CancellationTokenSource source = new();
        Task waiting = call(_cluster, source.Token);
        await _reached.Task.WaitAsync(s_atOnce, TimeProvider.System, TestContext.Current.CancellationToken);
        await source.CancelAsync();
        int calls = _cluster.Calls.Count;

        OperationCanceledException ended = await Assert.ThrowsAnyAsync<OperationCanceledException>(
            () => waiting.WaitAsync(s_atOnce, TimeProvider.System, TestContext.Current.CancellationToken));

        Assert.Equal(source.Token, ended.CancellationToken);
        Assert.DoesNotContain(_cluster.Calls.Skip(calls), made => made == heldAt && made is not "start");
    }

    private Task Held(string call, string heldAt, Task how)
    {
        if (call == heldAt)
        {
            _reached.TrySetResult();
            return how;
        }

        return Task.CompletedTask;
    }

    /// <summary>A batch of three instances whose first outcome is final, then all of them.</summary>
    private void Script(Func<string, Task> before)
    {
        _cluster.Batch("batch").Script(
            Scripts.View(1, BatchPhase.Running, 1) with { Sizes = [3] }, Scripts.Finished(2, 3));
        _cluster.Fill(0, Scripts.Result("a", 1), Scripts.Result("b", 2, ordinal: 1), Scripts.Result("c", 3, ordinal: 2));
        _cluster.Before = before;
    }

    /// <summary>The batch whose views are scripted; starting it is starting it for the first time.</summary>
    private static ConcurrentWorkflow<OrderState> Batch(int instances) =>
        new ConcurrentWorkflow<OrderState>(new ConcurrentTimeout.WaitForever()) { Id = "batch" }
            .AddInstances(Enumerable.Range(0, instances).Select(number => new ConcurrentWorkflowInstance<OrderState, OrderParams>($"i{number}", Orders.Price)));

    private static ConcurrentWorkflowRun<OrderState> Run(FakeCluster cluster) => ConcurrentWorkflowRun.Attach<OrderState>(cluster.Factory, "batch");
}
