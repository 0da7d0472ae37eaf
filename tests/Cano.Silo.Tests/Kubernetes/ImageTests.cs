using System.Text.Json;
using System.Text.RegularExpressions;
using Cano.Tests.Packaging;
using Cano.Tests.Storage;

namespace Cano.Tests.Kubernetes;

/// <summary>The Dockerfile and the SDK's own container publishing make alike images, and the manifests fit them. No image is made: there is no engine where this runs.</summary>
public sealed partial class ImageTests
{
    private static readonly string[] s_labels = [.. ((string[])["title", "description", "authors", "licenses"]).Select(name => $"org.opencontainers.image.{name}")];

    [Fact]
    public async Task Dockerfile_AndTheSdk_AgreeOnTheImage()
    {
        using TemporaryFolder home = new();
        string[] dockerfile = Read("Dockerfile");
        using JsonDocument evaluated = JsonDocument.Parse(await new DotnetProgram(home.Path).RunAsync(
            "msbuild", Path.Combine(DotnetProgram.Clone(), "src", "Cano.Silo"), "-target:ComputeContainerConfig", $"-property:Configuration={DotnetProgram.Configuration}",
            "-getProperty:ContainerBaseImage,ContainerUser,ContainerWorkingDirectory", "-getItem:ContainerPort,ContainerLabel,ContainerAppCommand,ContainerEnvironmentVariable"));
        JsonElement properties = evaluated.RootElement.GetProperty("Properties");
        JsonElement items = evaluated.RootElement.GetProperty("Items");
        Dictionary<string, string> labels = Pairs(items, "ContainerLabel");

        Assert.Equal(Words(dockerfile, "FROM")[^1], properties.GetProperty("ContainerBaseImage").GetString());
        Assert.Equal(Words(dockerfile, "USER")[^1], properties.GetProperty("ContainerUser").GetString());
        Assert.Equal(Words(dockerfile, "WORKDIR")[^1], properties.GetProperty("ContainerWorkingDirectory").GetString()!.TrimEnd('/'));
        Assert.Equal(Words(dockerfile, "EXPOSE"), Identities(items, "ContainerPort"));
        Assert.Equal(JsonSerializer.Deserialize<string[]>(Line(dockerfile, "ENTRYPOINT")), Identities(items, "ContainerAppCommand"));
        Assert.Equal(Line(dockerfile, "ENV"), string.Join(' ', Pairs(items, "ContainerEnvironmentVariable").Select(variable => $"{variable.Key}={variable.Value}")));
        Assert.Equal(
            Label().Matches(Line(dockerfile, "LABEL")).Select(label => (label.Groups["name"].Value, label.Groups["value"].Value)),
            s_labels.Select(name => (name, labels[name])));
    }

    [Theory]
    [InlineData("Dockerfile")]
    [InlineData("samples/Worker/Dockerfile")]
    public async Task Dockerfile_FitsTheManifests(string file)
    {
        string[] dockerfile = Read(file);
        Manifests manifests = await Overlays.BuildAsync(Overlays.Production);

        Assert.Equal($"{manifests.Pod.SecurityContext.RunAsUser}", Words(dockerfile, "USER")[^1]);
        Assert.Equal(manifests.Silo.Ports.Select(port => $"{port.ContainerPort}").Order(StringComparer.Ordinal), Words(dockerfile, "EXPOSE").Order(StringComparer.Ordinal));

        // Arguments alone are given by the manifests: the program is the image's.
        Assert.All(manifests.Containers, container => Assert.Null(container.Command));
        Assert.StartsWith("[\"dotnet\", \"/app/", Line(dockerfile, "ENTRYPOINT"), StringComparison.Ordinal);
    }

    /// <summary>The Dockerfile's instructions, each on one line.</summary>
    private static string[] Read(string file) =>
    [
        .. Continued().Replace(File.ReadAllText(Path.Combine(DotnetProgram.Clone(), file)), " ").Split('\n').Where(line => line.Length > 0 && !line.StartsWith('#')),
    ];

    /// <summary>What the last such instruction says.</summary>
    private static string Line(string[] dockerfile, string instruction) =>
        dockerfile.Last(line => line.StartsWith($"{instruction} ", StringComparison.Ordinal))[(instruction.Length + 1)..].Trim();

    private static string[] Words(string[] dockerfile, string instruction) => Line(dockerfile, instruction).Split(' ');

    private static IEnumerable<string> Identities(JsonElement items, string name) =>
        items.GetProperty(name).EnumerateArray().Select(item => item.GetProperty("Identity").GetString()!);

    private static Dictionary<string, string> Pairs(JsonElement items, string name) =>
        items.GetProperty(name).EnumerateArray().ToDictionary(item => item.GetProperty("Identity").GetString()!, item => item.GetProperty("Value").GetString()!);

    [GeneratedRegex(@"\\\n\s*")]
    private static partial Regex Continued();

    [GeneratedRegex("""(?<name>[a-z.]+)="(?<value>[^"]*)"\s*""")]
    private static partial Regex Label();
}
