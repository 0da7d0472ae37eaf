using System.Diagnostics;

namespace Cano.Tests.Kubernetes;

/// <summary>The real <c>kubectl kustomize</c>; it needs no cluster.</summary>
internal static class Kustomize
{
    /// <summary>Builds an overlay. Where there is no <c>kubectl</c> the test is skipped; in CI that is a failure.</summary>
    /// <returns>All its objects, as YAML.</returns>
    internal static async Task<string> BuildAsync(string folder)
    {
        RequireInstalled();
        ProcessStartInfo start = new("kubectl", ["kustomize", folder]) { RedirectStandardOutput = true, RedirectStandardError = true };
        using Process kubectl = Process.Start(start)!;
        Task<string> error = kubectl.StandardError.ReadToEndAsync(TestContext.Current.CancellationToken);
        string output = await kubectl.StandardOutput.ReadToEndAsync(TestContext.Current.CancellationToken);
        await kubectl.WaitForExitAsync(TestContext.Current.CancellationToken);

        // Deprecated fields are said on standard error.
        string said = await error;
        Assert.True(kubectl.ExitCode == 0 && said.Length == 0, $"kubectl kustomize {folder} ended with {kubectl.ExitCode}; it must be 1.22 or later. It said: {said}");
        return output;
    }

    private static void RequireInstalled()
    {
        if (!(Environment.GetEnvironmentVariable("PATH") ?? "").Split(Path.PathSeparator).Any(folder => folder.Length > 0 && File.Exists(Path.Combine(folder, "kubectl"))))
        {
            Assert.False(Environment.GetEnvironmentVariable("CI") == "true", "kubectl is not installed, and in CI nothing is skipped.");
            Assert.Skip("kubectl is not installed (Debian: apt install kubernetes-client).");
        }
    }
}
