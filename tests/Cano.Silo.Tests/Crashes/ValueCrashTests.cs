using Cano.CrashHost;
using Cano.Tests.Storage;

namespace Cano.Tests.Crashes;

/// <summary>What an instance carries is the same after its process was killed as in a run that nothing disturbed.</summary>
public sealed class ValueCrashTests : IDisposable
{
    private const string Carried = "Circle { Radius = 3 } (1, 9); 10..20 Circle { Radius = 2.5 } 3,1 1970-01-01 put,read";

    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    /// <summary>The params have their discriminator last: in JSON, members have no order.</summary>
    [Fact]
    public async Task Values_KilledAfterTheCheckpoint_AreTheSame()
    {
        await File.WriteAllTextAsync(Path.Combine(_folder.Path, "batch.json"), """
            {
              "id": "carried", "timeout": { "kind": "waitForever" },
              "instances": [{
                "id": "a", "workflow": "test.carrying",
                "params": { "shape": { "radius": 3, "$type": "circle" }, "range": { "item1": 1, "item2": 9 } }
              }]
            }
            """, TestContext.Current.CancellationToken);
        await CrashSilo.DieAsync("after cano.checkpoint 1", _folder, "batch.json");

        await using CrashSilo second = CrashSilo.Serve(_folder);
        await second.AllFinishedAsync();
        ConcurrentWorkflowResults<CarryingState> results = await (await second.ConnectAsync()).Cano
            .Attach<CarryingState>("carried").WaitAsync(TestContext.Current.CancellationToken);

        WorkflowResult<CarryingState> result = Assert.Single(results.Results);
        Assert.Equal((null, Carried), (result.Error?.Message, result.GetOutput<string>()));
        Assert.True(result.Path!.FromCheckpoint);
    }
}
