namespace Cano.Tests.Pages;

/// <summary>Where pictures of pages go: into the temporary folder; those that the documentation shows into <c>docs/images</c> of the clone, where <c>CANO_SCREENSHOTS=1</c> asks for it.</summary>
internal static class Screenshots
{
    private static readonly string[] s_documented = ["batch", "batch-light-desktop"];

    internal static string PathOf(string name)
    {
        string folder = Environment.GetEnvironmentVariable("CANO_SCREENSHOTS") == "1" && s_documented.Contains(name)
            ? Path.Combine(Clone(), "docs", "images")
            : Path.Combine(Path.GetTempPath(), "cano-screenshots");
        return Path.Combine(Directory.CreateDirectory(folder).FullName, $"{name}.png");
    }

    private static string Clone()
    {
        DirectoryInfo? folder = new(AppContext.BaseDirectory);
        while (folder is not null && !File.Exists(Path.Combine(folder.FullName, "Cano.sln")))
        {
            folder = folder.Parent;
        }

        return folder?.FullName ?? throw new InvalidOperationException($"There is no Cano.sln above {AppContext.BaseDirectory}.");
    }
}
