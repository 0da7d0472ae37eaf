using System.Collections.Concurrent;
using System.Diagnostics;
using System.Runtime.InteropServices;

namespace Cano.Tests.Kubernetes.Rehearsal;

/// <summary>A container's process, in the network namespace of its pod and with no other environment than its own.</summary>
internal sealed class PodProcess : IDisposable
{
    private const int Terminate = 15;

    /// <summary>What the image, or whatever runs it, adds: where programs are, and what the base image sets.</summary>
    private static readonly string[] s_inherited = ["PATH", "HOME", "DOTNET_ROOT"];

    private readonly Process _process;
    private readonly ConcurrentQueue<string> _log = new();
    private readonly Task _read;

    private PodProcess(ProcessStartInfo start)
    {
        _process = Process.Start(start)!;
        _read = Task.WhenAll(ReadAsync(_process.StandardOutput), ReadAsync(_process.StandardError));
    }

    internal string[] Log => _log.ToArray();

    internal int ExitCode => _process.ExitCode;

    internal bool HasExited => _process.HasExited;

    /// <summary>Starts a program that stands beside the tests. <c>ip</c> becomes it, so that signals reach it.</summary>
    internal static PodProcess Start(PodAddress pod, string program, string folder, IEnumerable<string> arguments, IReadOnlyDictionary<string, string> environment)
    {
        ProcessStartInfo start = new("ip") { WorkingDirectory = folder, RedirectStandardOutput = true, RedirectStandardError = true };
        string dotnet = Environment.ProcessPath is { } path && Path.GetFileNameWithoutExtension(path) == "dotnet" ? path : "dotnet";
        foreach (string argument in (IEnumerable<string>)["netns", "exec", pod.Namespace, dotnet, Path.Combine(AppContext.BaseDirectory, $"{program}.dll"), .. arguments])
        {
            start.ArgumentList.Add(argument);
        }

        Dictionary<string, string?> inherited = s_inherited.ToDictionary(name => name, Environment.GetEnvironmentVariable);
        start.Environment.Clear();
        foreach ((string name, string? value) in inherited.Concat(environment.Select(variable => KeyValuePair.Create(variable.Key, (string?)variable.Value))))
        {
            start.Environment[name] = value;
        }

        start.Environment["DOTNET_SYSTEM_GLOBALIZATION_INVARIANT"] = "true";
        return new(start);
    }

    internal void SendTerm() => Assert.True(HasExited || Kill(_process.Id, Terminate) == 0 || HasExited, "SIGTERM was not sent.");

    internal void SendKill() => _process.Kill();

    /// <summary>Waits for its end.</summary>
    /// <returns>False: it goes on.</returns>
    internal async Task<bool> EndsWithinAsync(TimeSpan patience)
    {
        using CancellationTokenSource over = new(patience, TimeProvider.System);
        try
        {
            await EndAsync(over.Token);
            return true;
        }
        catch (OperationCanceledException) when (over.IsCancellationRequested)
        {
            return false;
        }
    }

    internal async Task EndAsync(CancellationToken cancellationToken)
    {
        await _process.WaitForExitAsync(cancellationToken);
        await _read;
    }

    public void Dispose()
    {
        if (!HasExited)
        {
            SendKill();
        }

        _process.Dispose();
    }

    private async Task ReadAsync(StreamReader reader)
    {
        while (await reader.ReadLineAsync() is { } line)
        {
            _log.Enqueue($"{TimeProvider.System.GetUtcNow():HH:mm:ss.fff} {line}");
        }
    }

    [DllImport("libc", EntryPoint = "kill", SetLastError = true)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static extern int Kill(int pid, int signal);
}
