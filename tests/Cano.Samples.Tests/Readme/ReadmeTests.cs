namespace Cano.Samples.Tests.Readme;

/// <summary>What README.md shows is what is compiled and run.</summary>
public sealed class ReadmeTests
{
    private static readonly string s_quoted = Path.Combine(AppContext.BaseDirectory, "quoted");

    public static TheoryData<string> Snippets => [.. Blocks("csharp")];

    [Theory]
    [MemberData(nameof(Snippets))]
    public void Readme_EachSnippet_StandsInASample(string snippet) =>
        Assert.True(Sources().Any(source => Contains(source, snippet.Split('\n'))), $"In no sample as it stands in README.md:\n{snippet}");

    [Fact]
    public void Readme_Batch_IsThatOfTheSample() =>
        Assert.Equal([File.ReadAllText(Path.Combine(AppContext.BaseDirectory, "batch.json")).Trim()], Blocks("json"));

    [Fact]
    public void Readme_TwoCommands_StandAtTheTop() =>
        Assert.Equal("dotnet run -c Release --project samples/TextStatistics\ndotnet test Cano.sln -c Release", Blocks("sh").First());

    /// <summary>The code blocks of a language, without their fences.</summary>
    private static IEnumerable<string> Blocks(string language) => File.ReadAllText(Path.Combine(s_quoted, "README.md"))
        .Split($"```{language}\n").Skip(1).Select(rest => rest[..rest.IndexOf("\n```", StringComparison.Ordinal)]);

    private static IEnumerable<string[]> Sources() =>
        Directory.EnumerateFiles(Path.Combine(s_quoted, "samples"), "*.cs", SearchOption.AllDirectories).Select(File.ReadAllLines);

    /// <summary>Tells whether lines stand in a source one after the other, all indented alike.</summary>
    private static bool Contains(string[] source, string[] snippet) => Enumerable.Range(0, Math.Max(0, source.Length - snippet.Length + 1)).Any(start =>
        snippet.Index().All(line => source[start + line.Index] == (line.Item.Length == 0 ? "" : Indentation(source[start]) + line.Item)));

    private static string Indentation(string line) => line[..^line.TrimStart().Length];
}
