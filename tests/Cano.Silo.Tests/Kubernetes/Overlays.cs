using Cano.Tests.Packaging;
using Cano.Tests.Storage;

namespace Cano.Tests.Kubernetes;

/// <summary>What <c>deploy/kubernetes</c> can be applied as.</summary>
internal static class Overlays
{
    internal const string Dev = "dev";

    internal const string Production = "production";

    /// <summary>Production with monitoring in a namespace of the reader's, as docs/kubernetes.md shows it.</summary>
    internal const string Own = "own";

    /// <summary>The same with <c>pod-watching</c> in the place of monitoring.</summary>
    internal const string Watching = "watching";

    /// <summary>Own with everything that docs/kubernetes.md shows for it.</summary>
    internal const string Extended = "extended";

    internal static TheoryData<string> All => [Dev, Production, Own];

    internal static string Root => Path.Combine(DotnetProgram.Clone(), "deploy", "kubernetes");

    internal static async Task<Manifests> BuildAsync(string overlay) => Manifests.Parse(await YamlAsync(overlay));

    internal static async Task<string> YamlAsync(string overlay)
    {
        using TemporaryFolder copy = new();
        foreach (string file in Directory.GetFiles(Root, "*", SearchOption.AllDirectories))
        {
            string target = copy.At(Path.GetRelativePath(Root, file));
            Directory.CreateDirectory(Path.GetDirectoryName(target)!);
            File.Copy(file, target);
        }

        foreach ((string name, string component) in (IEnumerable<(string, string)>)[(Own, "monitoring"), (Watching, "pod-watching")])
        {
            string folder = Directory.CreateDirectory(copy.At($"overlays/{name}")).FullName;
            string kustomization = KubernetesPage.OwnOverlay.Replace("components/monitoring", $"components/{component}", StringComparison.Ordinal);
            await File.WriteAllTextAsync(Path.Combine(folder, "kustomization.yaml"), kustomization, TestContext.Current.CancellationToken);
        }

        await ExtendAsync(Directory.CreateDirectory(copy.At($"overlays/{Extended}")).FullName);
        return await Kustomize.BuildAsync(copy.At($"overlays/{overlay}"));
    }

    private static async Task ExtendAsync(string folder)
    {
        foreach ((string file, _, string yaml) in KubernetesPage.Additions)
        {
            await File.WriteAllTextAsync(Path.Combine(folder, file), yaml, TestContext.Current.CancellationToken);
        }

        string resources = string.Concat(KubernetesPage.Additions.Where(one => one.List == "resources").Select(one => $"  - {one.File}\n"));
        string patches = string.Concat(KubernetesPage.Additions.Where(one => one.List == "patches").Select(one => $"  - path: {one.File}\n"));
        string kustomization = KubernetesPage.OwnOverlay.Replace("components:\n", $"{resources}components:\n", StringComparison.Ordinal);
        await File.WriteAllTextAsync(
            Path.Combine(folder, "kustomization.yaml"), $"{kustomization}patches:\n{patches}{string.Concat(KubernetesPage.Lines)}", TestContext.Current.CancellationToken);
    }
}
