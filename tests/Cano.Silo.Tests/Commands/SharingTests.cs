using Cano.CrashHost;
using Cano.Tests.Storage;

namespace Cano.Tests.Commands;

/// <summary>A batch ends while its instances are inside calls of the shared store: the process says what came of it, and no more.</summary>
public sealed class SharingTests : IDisposable
{
    /// <summary>How a line of the log begins that is not mere information.</summary>
    private static readonly string[] s_levels = ["warn:", "fail:", "crit:"];

    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    /// <summary>
    /// Orleans hands on the calls that wait at a grain when its silo stops; on a lone silo it looked for another one and logged an error.
    /// </summary>
    [Theory]
    [InlineData("""{ "kind": "waitDuration", "duration": "00:00:01" }""", false, 0)]
    [InlineData("""{ "kind": "waitForever" }""", true, 130)]
    public async Task Run_EndsWhileInstancesAreInSharedStoreCalls_PrintsNoError(string timeout, bool isInterrupted, int exitCode)
    {
        string instances = string.Join(",\n", Enumerable.Range(0, 50).Select(number => $$"""{ "id": "i{{number}}", "workflow": "test.sharing", "params": {} }"""));
        _folder.Write("batch.json", $$"""{ "timeout": {{timeout}}, "instances": [ {{instances}} ] }""");
        await using CanoProcess process = CanoProcess.Start(
            "Cano.CrashHost", _folder.Path, ["run", "batch.json", "--json"], environment: (CatalogWatch.QuietVariable, "1"));
        if (isInterrupted)
        {
            await process.ErrorSaysAsync("50 running");
            process.Signal(2);
        }

        CanoProcessResult result = await process.EndAsync();

        Assert.Equal(exitCode, result.ExitCode);
        Assert.Contains("\"cancelled\": 50", result.Output, StringComparison.Ordinal);
        Assert.DoesNotContain("Orleans", result.Error, StringComparison.Ordinal);
        Assert.DoesNotContain(result.Error.Split('\n'), line => s_levels.Any(level => line.StartsWith(level, StringComparison.Ordinal)));
    }
}
