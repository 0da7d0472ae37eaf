namespace Cano.Contracts.Tests.Wire;

/// <summary>Bytes that were committed, as lines of hexadecimal digits. A file that is missing is written, for its author to look at and commit; it is never written over.</summary>
internal static class GoldenFile
{
    private const int BytesInALine = 32;

    private static readonly string s_project = Find();

    internal static string PathOf(string folder, string name) => Path.Combine(s_project, folder, name);

    internal static IEnumerable<string> In(string folder, string pattern) => Directory.EnumerateFiles(Path.Combine(s_project, folder), pattern).Order(StringComparer.Ordinal);

    internal static IEnumerable<string> FoldersIn(string folder) => Directory.EnumerateDirectories(Path.Combine(s_project, folder)).Order(StringComparer.Ordinal);

    internal static byte[] Read(string path) => Convert.FromHexString(File.ReadAllText(path).ReplaceLineEndings(""));

    internal static string Shown(byte[] bytes) => string.Concat(bytes.Chunk(BytesInALine).Select(line => Convert.ToHexStringLower(line) + "\n"));

    /// <summary>The bytes of a file; the test fails when there was none.</summary>
    internal static byte[] ReadOrWrite(string path, Func<string> content, Func<string, byte[]> read)
    {
        if (File.Exists(path))
        {
            return read(path);
        }

        File.WriteAllText(path, content());
        throw new FileNotFoundException($"{path} was missing and has been written from the sample. Look at it and commit it.");
    }

    private static string Find()
    {
        for (DirectoryInfo? folder = new(AppContext.BaseDirectory); folder is not null; folder = folder.Parent)
        {
            if (File.Exists(Path.Combine(folder.FullName, "Cano.Contracts.Tests.csproj")))
            {
                return folder.FullName;
            }
        }

        throw new DirectoryNotFoundException($"The sources of these tests are nowhere above {AppContext.BaseDirectory}.");
    }
}
