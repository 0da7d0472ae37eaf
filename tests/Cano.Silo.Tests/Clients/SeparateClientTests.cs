using Cano.CrashHost;
using Cano.Tests.Crashes;
using Cano.Tests.Storage;

namespace Cano.Tests.Clients;

/// <summary>A program that is connected to a silo in another process.</summary>
public sealed class SeparateClientTests : IAsyncLifetime
{
    private readonly TemporaryFolder _folder = new();
    private CrashSilo _silo = null!;
    private CanoClient _client = null!;

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync()
    {
        _silo = CrashSilo.Serve(_folder);
        _client = (await _silo.ConnectAsync()).Cano;
    }

    public async ValueTask DisposeAsync()
    {
        await _silo.DisposeAsync();
        _folder.Dispose();
    }

    [Fact]
    public async Task ATypedBatch_IsStartedStreamedAndAttachedTo()
    {
        ConcurrentWorkflowRun<TrailState> run = await _client.StartAsync(Batch("typed", Trail.Key, 3), cancellationToken: Token);

        List<WorkflowResult<TrailState>> streamed = [];
        await foreach (WorkflowResult<TrailState> result in run.StreamResultsAsync(Token))
        {
            streamed.Add(result);
        }

        Assert.Equal(["a Done 1", "b Done 2", "c Done 3"], streamed.OrderBy(result => result.Id).Select(result => $"{result.Id} {result.FinalState} {result.GetOutput<int>()}"));
        ConcurrentWorkflowResults<TrailState> results = await _client.Attach<TrailState>("typed").WaitAsync(Token);
        Assert.Equal((3, StopReason.AllFinished), (results.Completed, results.StopReason));
    }

    [Fact]
    public async Task WhatTheSiloRefuses_ArrivesAsTheExceptionThatItThrew()
    {
        WorkflowNotRegisteredException unknown = await Assert.ThrowsAsync<WorkflowNotRegisteredException>(
            () => _client.StartAsync(Batch("unknown", new WorkflowKey<TrailState, TrailParams>("test.nowhere"), 1), cancellationToken: Token));
        Assert.Equal(ErrorCodes.WorkflowNotRegistered, unknown.Code);
        Assert.Equal("No workflow 'test.nowhere' is registered. Known: cano.simulate, test.behaving, test.carrying, test.sharing, test.trail.", unknown.Message);

        await _client.OrchestrateAsync(Batch("taken", Trail.Key, 1), cancellationToken: Token);
        BatchConflictException conflict = await Assert.ThrowsAsync<BatchConflictException>(() => _client.StartAsync(Batch("taken", Trail.Key, 2), cancellationToken: Token));
        Assert.Equal(ErrorCodes.BatchConflict, conflict.Code);

        BatchNotFoundException missing = await Assert.ThrowsAsync<BatchNotFoundException>(() => _client.Attach<TrailState>("missing").GetStatusAsync(Token));
        Assert.Equal(ErrorCodes.BatchNotFound, missing.Code);
    }

    private static ConcurrentWorkflow<TrailState> Batch(string id, WorkflowKey<TrailState, TrailParams> workflow, int instances) =>
        new ConcurrentWorkflowBuilder<TrailState>(new ConcurrentTimeout.WaitForever())
            .AddInstances(Enumerable.Range(0, instances).Select(number =>
                new ConcurrentWorkflowInstance<TrailState, TrailParams>($"{(char)('a' + number)}", workflow, new TrailParams(Steps: number + 1))))
            .WithId(id)
            .Build();
}
