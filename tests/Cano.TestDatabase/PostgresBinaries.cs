using System.Globalization;

namespace Cano.TestDatabase;

/// <summary>The programs of an installed PostgreSQL. A cluster of the system is not needed and not touched.</summary>
public static class PostgresBinaries
{
    private const string Root = "/usr/lib/postgresql";

    private static readonly Lazy<string?> s_folder = new(Find);

    /// <summary>Why no server can be started on this machine; null when one can.</summary>
    public static string? Missing => s_folder.Value is null ? $"No PostgreSQL is installed: there is no {Root}/*/bin/postgres. Install the package postgresql." : null;

    /// <summary>Where the programs are.</summary>
    /// <exception cref="InvalidOperationException">None is installed.</exception>
    internal static string Folder => s_folder.Value ?? throw new InvalidOperationException(Missing);

    private static string? Find() => !Directory.Exists(Root)
        ? null
        : Directory.GetDirectories(Root)
            .Select(version => (Number: decimal.TryParse(Path.GetFileName(version), CultureInfo.InvariantCulture, out decimal number) ? number : 0, Folder: Path.Combine(version, "bin")))
            .Where(version => File.Exists(Path.Combine(version.Folder, "postgres")))
            .OrderByDescending(version => version.Number)
            .Select(version => version.Folder)
            .FirstOrDefault();
}
