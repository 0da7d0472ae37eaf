namespace Cano.Tests.Browsers;

/// <summary>The browser of the system: Playwright brings none of its own, since that would have to be downloaded.</summary>
internal static class ChromiumProgram
{
    private static readonly Lazy<string?> s_path = new(Find);

    /// <summary>Where it is.</summary>
    /// <remarks>Where none is installed the test is skipped, but fails in CI.</remarks>
    internal static string Require()
    {
        if (s_path.Value is null)
        {
            Assert.False(Environment.GetEnvironmentVariable("CI") == "true", "Chromium is not installed, and in CI nothing is skipped.");
            Assert.Skip("Chromium is not installed (Debian: apt install chromium).");
        }

        return s_path.Value;
    }

    private static string? Find() => (Environment.GetEnvironmentVariable("PATH") ?? "")
        .Split(Path.PathSeparator, StringSplitOptions.RemoveEmptyEntries)
        .SelectMany(folder => (string[])[Path.Combine(folder, "chromium"), Path.Combine(folder, "chromium-browser"), Path.Combine(folder, "google-chrome")])
        .FirstOrDefault(File.Exists);
}
