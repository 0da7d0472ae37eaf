using System.Text.Json;
using Cano.Tests.Storage;

namespace Cano.Tests.Packaging;

/// <summary>The host as a .NET tool, as somebody installs it from the package alone.</summary>
public sealed class ToolPackageTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task Tool_InstalledFromItsPackage_ValidatesAndRunsABatch()
    {
        DotnetProgram dotnet = new(_folder.Path);
        string packages = _folder.At("packages");
        await dotnet.RunAsync(
            "pack", Path.Combine(DotnetProgram.Clone(), "src", "Cano.Silo"), "--configuration", DotnetProgram.Configuration, "--no-build", "--output", packages, $"-p:PublishDir={_folder.At("publish")}/");
        string package = Path.GetFileNameWithoutExtension(Directory.GetFiles(packages).Single());

        // From this folder and nowhere else: what the tool needs is in the package.
        await dotnet.RunAsync("tool", "install", "Cano.Silo", "--version", package["Cano.Silo.".Length..], "--tool-path", _folder.At("tools"), "--source", packages);
        string batch = _folder.Write(
            "batch.json",
            """{ "id": "b", "timeout": { "kind": "waitForQuota", "quota": 1 }, "instances": [ { "id": "a", "workflow": "cano.simulate", "params": { "output": 7 } }, { "id": "b", "workflow": "cano.simulate", "params": { "delayMs": 60000 } } ] }""");
        string cano = Path.Combine(_folder.At("tools"), "cano");
        await dotnet.RunProgramAsync(cano, "validate", batch);
        string json = await dotnet.RunProgramAsync(cano, "run", batch, "--json", "--data", _folder.At("data"));

        using JsonDocument results = JsonDocument.Parse(json);
        Assert.Equal(
            [("a", "completed"), ("b", "cancelled")],
            results.RootElement.GetProperty("results").EnumerateArray().Select(result => (result.GetProperty("id").GetString()!, result.GetProperty("outcome").GetString()!)));
        Assert.Equal(7, results.RootElement.GetProperty("results")[0].GetProperty("output").GetInt32());
    }
}
