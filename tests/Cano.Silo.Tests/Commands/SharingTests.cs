using Cano.CrashHost;
using Cano.Tests.Storage;

namespace Cano.Tests.Commands;

/// <summary>A batch ends while its instances are inside calls of the shared store: the process says what came of it, and no more.</summary>
public sealed class SharingTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    /// <summary>Orleans hands on the calls that wait at a grain when its silo stops; on a lone silo it looked for another one and logged an error.</summary>
    [Fact]
    public async Task Run_EndsWhileInstancesAreInSharedStoreCalls_PrintsNoError()
    {
        string instances = string.Join(",\n", Enumerable.Range(0, 50).Select(number => $$"""{ "id": "i{{number}}", "workflow": "test.sharing", "params": {} }"""));
        _folder.Write("batch.json", $$"""{ "timeout": { "kind": "waitDuration", "duration": "00:00:01" }, "instances": [ {{instances}} ] }""");
        await using CanoProcess process = CanoProcess.Start(
            "Cano.CrashHost", _folder.Path, ["run", "batch.json", "--json"], environment: (CatalogWatch.QuietVariable, "1"));

        CanoProcessResult result = await process.EndAsync();

        Assert.Equal(0, result.ExitCode);
        Assert.Contains("\"cancelled\": 50", result.Output, StringComparison.Ordinal);
        Assert.DoesNotContain(result.Error.Split('\n'), line => line.StartsWith("fail:", StringComparison.Ordinal) || line.StartsWith("crit:", StringComparison.Ordinal) || line.StartsWith("warn:", StringComparison.Ordinal));
        Assert.DoesNotContain("Orleans", result.Error, StringComparison.Ordinal);
    }
}
