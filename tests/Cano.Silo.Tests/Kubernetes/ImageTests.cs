using System.Text.Json;
using Cano.Tests.Packaging;
using Cano.Tests.Storage;

namespace Cano.Tests.Kubernetes;

/// <summary>The Dockerfile and the SDK's own container publishing make alike images, and the manifests fit them. No image is made: there is no engine where this runs.</summary>
public sealed class ImageTests
{
    private const string Revision = "org.opencontainers.image.revision";

    [Fact]
    public async Task Dockerfile_AndTheSdk_AgreeOnTheImage()
    {
        using TemporaryFolder home = new();
        Dockerfile dockerfile = Dockerfile.Read("Dockerfile");
        using JsonDocument evaluated = JsonDocument.Parse(await new DotnetProgram(home.Path).RunAsync(
            "msbuild", Path.Combine(DotnetProgram.Clone(), "src", "Cano.Silo"), "-target:ComputeContainerConfig", $"-property:Configuration={DotnetProgram.Configuration}",
            "-getProperty:ContainerBaseImage,ContainerUser,ContainerWorkingDirectory", "-getItem:ContainerPort,ContainerLabel,ContainerAppCommand,ContainerEnvironmentVariable"));
        JsonElement properties = evaluated.RootElement.GetProperty("Properties");
        JsonElement items = evaluated.RootElement.GetProperty("Items");
        Dictionary<string, string> labels = Pairs(items, "ContainerLabel");

        Assert.Equal(dockerfile.Words("FROM")[^1], properties.GetProperty("ContainerBaseImage").GetString());
        Assert.Equal(dockerfile.Words("USER")[^1], properties.GetProperty("ContainerUser").GetString());
        Assert.Equal(dockerfile.Words("WORKDIR")[^1], properties.GetProperty("ContainerWorkingDirectory").GetString()!.TrimEnd('/'));
        Assert.Equal(dockerfile.Words("EXPOSE"), Identities(items, "ContainerPort"));
        Assert.Equal(JsonSerializer.Deserialize<string[]>(dockerfile.Line("ENTRYPOINT")), Identities(items, "ContainerAppCommand"));
        Assert.Equal(dockerfile.Line("ENV"), string.Join(' ', Pairs(items, "ContainerEnvironmentVariable").Select(variable => $"{variable.Key}={variable.Value}")));

        // Which commit it is, a build that has no .git must be told.
        Assert.Equal(
            ((string[])["title", "description", "authors", "licenses", "version"]).Select(name => $"org.opencontainers.image.{name}").Append(Revision).Order(StringComparer.Ordinal),
            dockerfile.Labels.Keys.Order(StringComparer.Ordinal));
        Assert.All(dockerfile.Labels.Where(label => label.Key != Revision), label => Assert.Equal(labels[label.Key], label.Value));
    }

    [Theory]
    [InlineData("Dockerfile")]
    [InlineData("samples/Worker/Dockerfile")]
    public async Task Dockerfile_FitsTheManifests(string file)
    {
        Dockerfile dockerfile = Dockerfile.Read(file);
        Manifests manifests = await Overlays.BuildAsync(Overlays.Production);

        Assert.Equal($"{manifests.Pod.SecurityContext.RunAsUser}", dockerfile.Words("USER")[^1]);
        Assert.Equal(manifests.Silo.Ports.Select(port => $"{port.ContainerPort}").Order(StringComparer.Ordinal), dockerfile.Words("EXPOSE").Order(StringComparer.Ordinal));

        // Arguments alone are given by the manifests: the program is the image's.
        Assert.All(manifests.Containers, container => Assert.Null(container.Command));
        Assert.StartsWith("[\"dotnet\", \"/app/", dockerfile.Line("ENTRYPOINT"), StringComparison.Ordinal);
    }

    private static IEnumerable<string> Identities(JsonElement items, string name) =>
        items.GetProperty(name).EnumerateArray().Select(item => item.GetProperty("Identity").GetString()!);

    private static Dictionary<string, string> Pairs(JsonElement items, string name) =>
        items.GetProperty(name).EnumerateArray().ToDictionary(item => item.GetProperty("Identity").GetString()!, item => item.GetProperty("Value").GetString()!);
}
