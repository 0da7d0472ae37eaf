using System.IO.Enumeration;

namespace TextStatistics;

/// <summary>
/// Finds the files under a folder, as <c>find DIR -type f</c> does: symbolic links are not followed, so there are no loops.
/// Folders that may not be read are passed over.
/// </summary>
/// <param name="path">The folder.</param>
/// <param name="isWanted">Tells of the full path of a file or folder below it whether it is counted or entered.</param>
internal sealed class TextFolder(string path, Predicate<string> isWanted)
{
    private static readonly EnumerationOptions s_options = new()
    {
        RecurseSubdirectories = true,
        IgnoreInaccessible = true,
        AttributesToSkip = FileAttributes.ReparsePoint,
    };

    /// <summary>The full path.</summary>
    internal string FullPath { get; } = Path.GetFullPath(path);

    /// <summary>A folder that a person named: all that is in it, but for Cano's own data.</summary>
    internal static TextFolder Named(string path, string dataFolder) => new(path, entry => entry != Path.GetFullPath(dataFolder));

    /// <summary>The sources of Cano: what is neither hidden nor made by a build.</summary>
    /// <param name="starts">From where to look upwards for <c>Cano.sln</c>, one after the other.</param>
    /// <returns>Null if it is nowhere.</returns>
    internal static TextFolder? Sources(params ReadOnlySpan<string> starts)
    {
        foreach (string start in starts)
        {
            for (DirectoryInfo? folder = new(start); folder is not null; folder = folder.Parent)
            {
                if (File.Exists(Path.Combine(folder.FullName, "Cano.sln")))
                {
                    return new(folder.FullName, IsSource);
                }
            }
        }

        return null;
    }

    /// <summary>The files, by their full paths in ordinal order.</summary>
    internal TextFile[] Find()
    {
        FileSystemEnumerable<string> files = new(FullPath, (ref entry) => entry.ToFullPath(), s_options)
        {
            ShouldIncludePredicate = (ref entry) => !entry.IsDirectory && isWanted(entry.ToFullPath()),
            ShouldRecursePredicate = (ref entry) => isWanted(entry.ToFullPath()),
        };
        return [.. files.Order(StringComparer.Ordinal).Select(file => new TextFile(file))];
    }

    private static bool IsSource(string entry) => Path.GetFileName(entry) is var name
        && !name.StartsWith('.')
        && name is not ("bin" or "obj" or "artifacts" or "publish" or "TestResults" or "BenchmarkDotNet.Artifacts" or "packages.lock.json");
}
