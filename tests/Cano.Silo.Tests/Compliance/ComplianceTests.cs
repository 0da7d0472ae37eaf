using System.Text.Json;
using Cano.CrashHost;
using Cano.Tests.Crashes;
using Cano.Tests.Storage;

namespace Cano.Tests.Compliance;

/// <summary>
/// What comes of an instance is the same wherever and however often it was broken off: under <see cref="WorkflowRunner"/> in a unit test, on
/// a silo, on a silo that is killed between two states, and on one that hands its work over.
/// </summary>
public sealed class ComplianceTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    public void Dispose()
    {
        Behaving.Release();
        _folder.Dispose();
    }

    [Fact]
    public async Task Silo_NothingHappens_GivesWhatTheRunnerGives()
    {
        Task<string[]> expected = FromTheRunnerAsync();
        await using EmbeddedCano cano = await StartAsync();

        Assert.Equal(await expected, Facts(await Batch().OrchestrateAsync(cano.Client, cancellationToken: Token)));
    }

    [Fact]
    public async Task Silo_KilledOnceAllAreSaved_GivesWhatTheRunnerGives()
    {
        string instances = string.Join(", ", Behaving.All.Select((behaviour, number) =>
            $$"""{ "id": "i{{number}}", "workflow": "{{Behaving.Key.Name}}", "params": { "behaviour": "{{behaviour}}" } }"""));
        _folder.Write("batch.json", $$"""{ "id": "behaving", "timeout": { "kind": "waitForever" }, "instances": [ {{instances}} ] }""");
        Task<string[]> expected = FromTheRunnerAsync();
        await CrashSilo.DieAsync($"after cano.checkpoint {Behaving.All.Count}", _folder, "batch.json");

        await using CrashSilo second = CrashSilo.Serve(_folder);
        await second.AllFinishedAsync();
        ConcurrentWorkflowResults<BehavingState> results =
            await (await second.ConnectAsync()).Cano.Attach<BehavingState>("behaving").WaitAsync(Token);

        Assert.Equal(await expected, Facts(results));
    }

    [Fact]
    public async Task Silo_EndsWhileAllAreInTheirFirstState_NextOneGivesWhatTheRunnerGives()
    {
        Behaving.Hold();
        string id;
        await using (EmbeddedCano first = await StartAsync())
        {
            id = (await Batch().StartAsync(first.Client, cancellationToken: Token)).Id;
            while (Behaving.Held < Behaving.All.Count)
            {
                await Task.Delay(TimeSpan.FromMilliseconds(20), TimeProvider.System, Token);
            }
        }

        Behaving.Release();
        Task<string[]> expected = FromTheRunnerAsync();
        await using EmbeddedCano second = await StartAsync();
        ConcurrentWorkflowResults<BehavingState> results = await ConcurrentWorkflowRun.Attach<BehavingState>(second.Client, id).WaitAsync(Token);

        Assert.Equal(await expected, Facts(results));
    }

    private static ConcurrentWorkflow<BehavingState> Batch() => new ConcurrentWorkflowBuilder<BehavingState>(new ConcurrentTimeout.WaitForever())
        .AddInstances(Behaving.All.Select((behaviour, number) => Behaving.Key.Instance($"i{number}", new BehavingParams(behaviour))))
        .Build();

    private Task<EmbeddedCano> StartAsync() => CanoHost.StartEmbeddedAsync(
        new() { DataFolder = _folder.Path, Settings = { ["Cano:HandOverGrace"] = "00:00:01" } }, cano => cano.AddWorkflow(Behaving.Key, Behaving.Define), Token);

    private static async Task<string[]> FromTheRunnerAsync()
    {
        WorkflowRunner<BehavingState, BehavingParams> runner = WorkflowRunner.For(WorkflowDefinition.Create(Behaving.Key, Behaving.Define));
        return await Task.WhenAll(Behaving.All.Select(async behaviour =>
            Fact(behaviour, await runner.RunAsync(new BehavingParams(behaviour), cancellationToken: Token))));
    }

    private static string[] Facts(ConcurrentWorkflowResults<BehavingState> results) =>
        [.. results.Results.Select((result, number) => Fact(Behaving.All[number], result))];

    /// <summary>All that a result says but for ids, times and how often states were entered.</summary>
    private static string Fact(string behaviour, WorkflowResult<BehavingState> result)
    {
        string output = result.GetOutput<JsonElement?>()?.GetRawText() ?? "none";
        string error = result.Error is { } fault
            ? $"{fault.Kind} {fault.State} {fault.Attempts} {fault.ExceptionType} {string.Join(',', fault.Inner ?? [])}: {fault.Message}"
            : "none";
        return $"{behaviour}: {result.Outcome} {result.FinalState}, output {output}, error {error}";
    }
}
