using System.Text.RegularExpressions;
using Cano.Tests.Packaging;

namespace Cano.Tests.Kubernetes;

/// <summary><c>docs/kubernetes.md</c>, which shows manifests and names what must be made by hand.</summary>
internal static partial class KubernetesPage
{
    internal static string Text { get; } = File.ReadAllText(Path.Combine(DotnetProgram.Clone(), "docs", "kubernetes.md"));

    /// <summary>The overlay of the reader's own that it shows.</summary>
    internal static string OwnOverlay => Blocks().Single(IsOverlay);

    /// <summary>All objects of Kubernetes that it shows. One that is to be left out of an overlay is an object, too.</summary>
    internal static string[] Objects =>
    [
        .. Blocks().Where(block => !IsOverlay(block) && block.Contains("\nkind: ", StringComparison.Ordinal)).Select(block => block.Replace("$patch: delete\n", "", StringComparison.Ordinal)),
    ];

    /// <summary>The files that may go beside that overlay: the name, the list of the overlay that it is to be in, the content.</summary>
    internal static (string File, string List, string Yaml)[] Additions =>
    [
        .. Blocks().Select(block => (Head: Addition().Match(block), block)).Where(one => one.Head.Success)
            .Select(one => (one.Head.Groups["file"].Value, one.Head.Groups["list"].Value, one.block)),
    ];

    /// <summary>What may be written into that overlay besides.</summary>
    internal static string[] Lines => [.. Blocks().Where(block => block.StartsWith("\n# kustomization.yaml\n", StringComparison.Ordinal))];

    /// <summary>What the reader is told to put into the Secret for the silos.</summary>
    internal static string SiloConnectionString => Connection().Match(Text).Groups["string"].Value;

    private static bool IsOverlay(string block) => block.Contains("kind: Kustomization", StringComparison.Ordinal);

    /// <summary>Blocks within a list are indented.</summary>
    private static IEnumerable<string> Blocks() => Block().Matches(Text)
        .Select(block => block.Groups["yaml"].Value.Replace($"\n{block.Groups["indent"].Value}", "\n", StringComparison.Ordinal));

    [GeneratedRegex("^\n# (?<file>[a-z-]+\\.yaml), among (?<list>resources|patches)\n")]
    private static partial Regex Addition();

    [GeneratedRegex("--from-literal=connection-string='(?<string>[^']*)'")]
    private static partial Regex Connection();

    [GeneratedRegex(@"^(?<indent> *)```yaml(?<yaml>\n.*?\n) *```", RegexOptions.Singleline | RegexOptions.Multiline)]
    private static partial Regex Block();
}
