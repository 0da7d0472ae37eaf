namespace Shop.Documentation;

/// <summary>What the pages for authors of workflows show is what is compiled and run here.</summary>
public sealed class DocumentationTests
{
    private static readonly string s_quoted = Path.Combine(AppContext.BaseDirectory, "quoted");

    public static TheoryData<string, string> Snippets =>
        [.. Directory.EnumerateFiles(s_quoted, "*.md").SelectMany(page => Blocks(page).Select(block => (Path.GetFileName(page), block)))];

    [Theory]
    [MemberData(nameof(Snippets))]
    public void Page_EachSnippet_StandsInASourceThatIsCompiled(string page, string snippet) =>
        Assert.True(
            Directory.EnumerateFiles(s_quoted, "*.cs").Any(source => Contains(File.ReadAllLines(source), snippet.Split('\n'))),
            $"In no source as it stands in {page}:\n{snippet}");

    [Fact]
    public void Pages_HaveSnippets() =>
        Assert.Equal(["testing.md", "workflows.md"], Snippets.Select(row => row.Data.Item1).Distinct().Order(StringComparer.Ordinal));

    /// <summary>The C# of a page, without its fences.</summary>
    private static IEnumerable<string> Blocks(string page) => File.ReadAllText(page)
        .Split("```csharp\n").Skip(1).Select(rest => rest[..rest.IndexOf("\n```", StringComparison.Ordinal)]);

    /// <summary>Tells whether lines stand in a source one after the other, all indented alike.</summary>
    private static bool Contains(string[] source, string[] snippet) => Enumerable.Range(0, Math.Max(0, source.Length - snippet.Length + 1)).Any(start =>
        snippet.Index().All(line => source[start + line.Index] == (line.Item.Length == 0 ? "" : Indentation(source[start]) + line.Item)));

    private static string Indentation(string line) => line[..^line.TrimStart().Length];
}
