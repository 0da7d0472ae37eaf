using System.Text.Json;
using System.Text.RegularExpressions;
using Cano.Tests.Packaging;
using Cano.Tests.Storage;

namespace Cano.Tests.Kubernetes;

/// <summary>What is in the images, made as the Dockerfiles say, but for the engine.</summary>
public sealed partial class ImageFilesTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    /// <summary>Once the packages were restored a second time, for one platform, and then not in locked mode.</summary>
    [Fact]
    public async Task Dockerfile_RestoreAndPublishOfWhatItIsSent_MakesAHostOfItsFilesAlone()
    {
        string source = _folder.At("source");
        Dockerfile.CopyContext(source);

        // The code was looked at when this was built; here only what comes out of it matters.
        await RunAsync(new(source, ("NUGET_PACKAGES", Packages()), ("RunAnalyzers", "false")), "Dockerfile", "Cano.Silo");
    }

    /// <summary>So that what is seen of the one holds for the other.</summary>
    [Fact]
    public void Dockerfile_OfAHostOfOnesOwn_MakesItInTheSameWay() => Assert.Equal(
        Dockerfile.Read("Dockerfile").All("RUN").Select(line => line.Replace("src/Cano.Silo", "samples/Worker", StringComparison.Ordinal)),
        Dockerfile.Read("samples/Worker/Dockerfile").All("RUN"));

    private static string Packages() => Environment.GetEnvironmentVariable("NUGET_PACKAGES") is { Length: > 0 } folder
        ? folder
        : Path.Combine(Environment.GetFolderPath(Environment.SpecialFolder.UserProfile), ".nuget", "packages");

    private async Task RunAsync(DotnetProgram dotnet, string file, string program)
    {
        Dockerfile dockerfile = Dockerfile.Read(file);
        string app = _folder.At(program);
        foreach (string line in dockerfile.All("RUN"))
        {
            await dotnet.RunProgramAsync("/bin/sh", "-c", line.Replace("/app", app, StringComparison.Ordinal));
        }

        string[] files = [.. Directory.GetFiles(app, "*", SearchOption.AllDirectories).Select(path => Path.GetRelativePath(app, path))];
        Assert.DoesNotContain(files, path => !Expected().IsMatch(path));
        Assert.Equal(["linux-arm64", "linux-x64"], files.Where(path => path.EndsWith("libe_sqlite3.so", StringComparison.Ordinal)).Select(path => path.Split('/')[1]).Order(StringComparer.Ordinal));

        string batch = _folder.Write(
            "batch.json", """{ "id": "b", "timeout": { "kind": "waitForever" }, "instances": [ { "id": "a", "workflow": "cano.simulate", "params": { "output": 7 } } ] }""");
        string entry = JsonSerializer.Deserialize<string[]>(dockerfile.Line("ENTRYPOINT"))![1].Replace("/app", app, StringComparison.Ordinal);
        using JsonDocument results = JsonDocument.Parse(await dotnet.RunAsync(entry, "run", batch, "--json", "--data", _folder.At($"{program}-data")));
        Assert.Equal(7, results.RootElement.GetProperty("results")[0].GetProperty("output").GetInt32());
    }

    /// <summary>Assemblies with what the runtime reads beside them, native libraries, and what is served; no symbols, documentation, sources, settings or program of a platform.</summary>
    [GeneratedRegex(@"^[A-Za-z0-9_.]+\.dll$|^(Cano\.Silo|Worker)\.(deps|runtimeconfig|staticwebassets\.endpoints)\.json$|^runtimes/linux-[a-z0-9]+/native/lib[a-z0-9_]+\.so$|^wwwroot/_framework/")]
    private static partial Regex Expected();
}
