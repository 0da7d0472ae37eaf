using System.Diagnostics;
using System.Globalization;
using System.Text.Json;

namespace Cano.Tests.Kubernetes;

/// <summary>The real <c>kubectl kustomize</c>; it needs no cluster.</summary>
internal static class Kustomize
{
    /// <summary>The first version of <c>kubectl</c> 1 whose kustomize knows components.</summary>
    private const int OldestMinor = 22;

    /// <summary>Builds an overlay. Where there is no <c>kubectl</c>, or one that is too old (as Debian 12's), the test is skipped; in CI that is a failure.</summary>
    /// <returns>All its objects, as YAML.</returns>
    internal static async Task<string> BuildAsync(string folder)
    {
        await RequireInstalledAsync();
        (int exitCode, string output, string error) = await RunAsync("kustomize", folder);

        // Deprecated fields are said on standard error.
        Assert.True(exitCode == 0 && error.Length == 0, $"kubectl kustomize {folder} ended with {exitCode}. It said: {error}");
        return output;
    }

    private static async Task RequireInstalledAsync()
    {
        if (!(Environment.GetEnvironmentVariable("PATH") ?? "").Split(Path.PathSeparator).Any(folder => folder.Length > 0 && File.Exists(Path.Combine(folder, "kubectl"))))
        {
            Prerequisite.Missing("kubectl is not installed (Debian 13: apt install kubernetes-client).");
        }

        (_, string version, _) = await RunAsync("version", "--client", "--output=json");
        string minor = JsonElement.Parse(version).GetProperty("clientVersion").GetProperty("minor").GetString()!;
        if (int.Parse(minor.TrimEnd('+'), CultureInfo.InvariantCulture) < OldestMinor)
        {
            Prerequisite.Missing($"This kubectl is of version 1.{minor}; its kustomize knows no components (1.{OldestMinor} or later does).");
        }
    }

    private static async Task<(int ExitCode, string Output, string Error)> RunAsync(params string[] arguments)
    {
        ProcessStartInfo start = new("kubectl", arguments) { RedirectStandardOutput = true, RedirectStandardError = true };
        using Process kubectl = Process.Start(start)!;
        Task<string> error = kubectl.StandardError.ReadToEndAsync(TestContext.Current.CancellationToken);
        string output = await kubectl.StandardOutput.ReadToEndAsync(TestContext.Current.CancellationToken);
        await kubectl.WaitForExitAsync(TestContext.Current.CancellationToken);
        return (kubectl.ExitCode, output, await error);
    }
}
