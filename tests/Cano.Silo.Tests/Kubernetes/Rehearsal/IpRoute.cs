using System.Diagnostics;

namespace Cano.Tests.Kubernetes.Rehearsal;

/// <summary>The program <c>ip</c>, with which network namespaces are made.</summary>
internal static class IpRoute
{
    /// <summary>Skips the test where no network namespace can be made; in CI that is a failure.</summary>
    internal static async Task RequireAsync()
    {
        if (!(Environment.GetEnvironmentVariable("PATH") ?? "").Split(Path.PathSeparator).Any(folder => folder.Length > 0 && File.Exists(Path.Combine(folder, "ip"))))
        {
            Prerequisite.Missing("ip is not installed (Debian: apt install iproute2).");
        }

        if (!Environment.IsPrivilegedProcess)
        {
            Prerequisite.Missing("Only root may make network namespaces.");
        }

        string name = $"cn{Environment.ProcessId}try";
        (int exitCode, string said) = await TryAsync("netns", "add", name);
        if (exitCode == 0)
        {
            // Wires and bridges are modules of their own.
            (exitCode, said) = await TryAsync("-n", name, "link", "add", "br0", "type", "bridge");
            if (exitCode == 0)
            {
                (exitCode, said) = await TryAsync("-n", name, "link", "add", "name", "end0", "type", "veth", "peer", "name", "end1");
            }

            await RunAsync("netns", "del", name);
        }

        if (exitCode != 0)
        {
            Prerequisite.Missing($"This machine makes no network namespaces: {said.Trim()}.");
        }
    }

    internal static async Task RunAsync(params string[] arguments)
    {
        (int exitCode, string said) = await TryAsync(arguments);
        Assert.True(exitCode == 0, $"ip {string.Join(' ', arguments)} ended with {exitCode}: {said}");
    }

    private static async Task<(int ExitCode, string Said)> TryAsync(params string[] arguments)
    {
        using Process ip = Process.Start(new ProcessStartInfo("ip", arguments) { RedirectStandardError = true })!;
        string said = await ip.StandardError.ReadToEndAsync();
        await ip.WaitForExitAsync();
        return (ip.ExitCode, said);
    }
}
