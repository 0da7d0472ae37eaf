using Cano.Tests.Clients;
using Cano.Tests.Storage;

namespace Cano.Tests.Crashes;

/// <summary>One data folder, batches of every kind, and kill -9 again and again at any moment: what was read once never changes, and in the end everything is exact.</summary>
public sealed class RandomKillTests(ITestOutputHelper output) : IDisposable
{
    private const int Seed = 20261122;
    private const int Rounds = 10;
    private const int Instances = 60;

    private readonly TemporaryFolder _folder = new();
    private readonly Random _random = new(Seed);
    private readonly Dictionary<string, Dictionary<string, string>> _seen = [];

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task KilledAtRandomMoments_InTheEndEverythingIsExact()
    {
        for (int round = 0; round < Rounds; round++)
        {
            await using CrashSilo silo = CrashSilo.Serve(_folder);
            SiloClient client = await silo.ConnectAsync();
            output.WriteLine($"Round {round}: at work after {silo.Up.TotalSeconds:0.00} s.");
            using CancellationTokenSource killed = new();
            string[] ids = [.. Enumerable.Range(0, 3).Select(kind => Id(round, kind))];
            Task[] readers = [.. ids.Concat(_seen.Keys).Distinct().ToArray().Select(id => ReadAsync(client.Cano, id, ids.Contains(id), killed.Token))];

            // The moment is the test: there is nothing to wait for.
            await Task.Delay(TimeSpan.FromMilliseconds(_random.Next(1_500)), TimeProvider.System, Token);
            await silo.KillAsync();
            await killed.CancelAsync();
            await Task.WhenAll(readers);
        }

        output.WriteLine($"{_seen.Values.Sum(seen => seen.Count)} results had been read before a kill.");
        await using CrashSilo last = CrashSilo.Serve(_folder);
        CanoClient cano = (await last.ConnectAsync()).Cano;
        for (int round = 0; round < Rounds; round++)
        {
            for (int kind = 0; kind < 3; kind++)
            {
                Check(Id(round, kind), await cano.OrchestrateAsync(Batch(Id(round, kind)), cancellationToken: Token));
            }
        }

        await last.AllFinishedAsync();
    }

    private static string Id(int round, int kind) => $"{(kind == 0 ? "forever" : kind == 1 ? "quota" : "duration")}-{round}";

    private static ConcurrentWorkflow<SimulateState> Batch(string id) =>
        new ConcurrentWorkflowBuilder<SimulateState>(id.Split('-')[0] switch
        {
            "forever" => new ConcurrentTimeout.WaitForever(),
            "quota" => new ConcurrentTimeout.WaitForQuota(25),
            _ => new ConcurrentTimeout.WaitDuration(TimeSpan.FromSeconds(3)),
        })
            .AddInstances(Enumerable.Range(0, Instances).Select(number => new ConcurrentWorkflowInstance<SimulateState, SimulateParams>(
                $"i{number}",
                SimulateWorkflow.Key,
                new SimulateParams { Steps = 1 + (number % 5), DelayMs = number * 7 % 90, ThrowAtStep = Fails(number) ? 1 : null })))
            .WithId(id)
            .WithMaxConcurrency(10)
            .Build();

    private static bool Fails(int number) => number % 6 == 5;

    /// <summary>Starts or attaches, and keeps each result that could be read, until the silo is gone.</summary>
    private async Task ReadAsync(CanoClient client, string id, bool start, CancellationToken killed)
    {
        Dictionary<string, string> seen;
        lock (_seen)
        {
            seen = _seen.TryGetValue(id, out Dictionary<string, string>? present) ? present : _seen[id] = [];
        }

        try
        {
            ConcurrentWorkflowRun<SimulateState> run = start
                ? await client.StartAsync(Batch(id), cancellationToken: CancellationToken.None).WaitAsync(killed)
                : client.Attach<SimulateState>(id);
            await foreach (WorkflowResult<SimulateState> result in run.StreamResultsAsync(killed))
            {
                Same(seen, id, result);
            }
        }
        catch (Exception exception) when (killed.IsCancellationRequested || exception is BatchNotFoundException)
        {
            // The silo is gone, or was killed before it had accepted this batch.
        }
    }

    private void Check(string id, ConcurrentWorkflowResults<SimulateState> results)
    {
        Assert.Equal(Enumerable.Range(0, Instances).Select(number => $"i{number}"), results.Results.Select(result => result.Id));
        Assert.Equal(Instances, results.Completed + results.Failed + results.Cancelled);
        Assert.Equal(results.Completed, results.SuccessfulResults().Count);
        foreach (WorkflowResult<SimulateState> result in results.Results)
        {
            bool fails = Fails(int.Parse(result.Id.AsSpan(1)));
            Assert.True(result.Outcome is WorkflowOutcome.Cancelled || (result.Outcome is WorkflowOutcome.Failed) == fails, $"{id}/{result.Id} was {result.Outcome}.");
            Same(_seen[id], id, result);
        }

        switch (id.Split('-')[0])
        {
            case "forever":
                Assert.Equal((50, 10, 0, StopReason.AllFinished), (results.Completed, results.Failed, results.Cancelled, results.StopReason));
                break;
            case "quota":
                Assert.Equal((25, StopReason.QuotaReached), (results.Completed, results.StopReason));
                break;
            default:
                Assert.True(results.StopReason is StopReason.AllFinished or StopReason.DurationElapsed);
                Assert.Equal(results.StopReason is StopReason.AllFinished, results.Cancelled == 0);
                break;
        }
    }

    private static void Same(Dictionary<string, string> seen, string id, WorkflowResult<SimulateState> result)
    {
        string text = $"{result.Outcome} {result.FinalState} {result.Error?.Message} {result.CancelReason} {result.StartedAt:O} {result.FinishedAt:O}";
        Assert.True(seen.TryAdd(result.Id, text) || seen[result.Id] == text, $"{id}/{result.Id} was '{seen[result.Id]}' and became '{text}'.");
    }
}
