using System.Diagnostics;
using System.Runtime.InteropServices;
using System.Text;

namespace Cano.Tests.Commands;

/// <summary>The host as a process of its own, as a person starts it.</summary>
internal sealed class CanoProcess : IAsyncDisposable
{
    internal static readonly TimeSpan Patience = TimeSpan.FromSeconds(90);

    /// <summary>
    /// What a command is begun with. Where tests run in the background of a script they ignore SIGINT, all that they start inherits that, and no program of .NET takes it back.
    /// </summary>
    private static readonly string[] s_prefix = IgnoresInterrupt() ? ["env", "--default-signal=INT"] : [];

    private readonly Process _process;
    private readonly StringBuilder _error = new();
    private readonly StringBuilder _outputText = new();
    private readonly Task _output;
    private readonly Task _errorRead;
    private readonly List<(string Text, TaskCompletionSource Seen)> _expected = [];

    private CanoProcess(ProcessStartInfo start, string? input)
    {
        _process = Process.Start(start)!;
        _output = ReadOutputAsync();
        _errorRead = ReadErrorAsync();
        if (input is not null)
        {
            _process.StandardInput.Write(input);
        }

        _process.StandardInput.Close();
    }

    internal string Error
    {
        get
        {
            lock (_error)
            {
                return _error.ToString();
            }
        }
    }

    internal int Id => _process.Id;

    /// <summary>What it has in memory, in bytes.</summary>
    internal long Memory
    {
        get
        {
            _process.Refresh();
            return _process.WorkingSet64;
        }
    }

    /// <summary>When the last of standard output came.</summary>
    internal DateTimeOffset OutputAt { get; private set; }

    internal static CanoProcess Start(string folder, string[] args, string? input = null) => Start("Cano.Silo", folder, args, input);

    /// <summary>Starts a program that stands beside the tests.</summary>
    internal static CanoProcess Start(string program, string folder, string[] args, string? input = null, params (string Name, string Value)[] environment)
    {
        string dotnet = Environment.ProcessPath is { } path && Path.GetFileNameWithoutExtension(path) == "dotnet" ? path : "dotnet";
        return Start([dotnet, Path.Combine(AppContext.BaseDirectory, $"{program}.dll"), .. args], folder, input, environment);
    }

    /// <summary>Starts a command that becomes such a program.</summary>
    internal static CanoProcess Start(string[] command, string folder, string? input, (string Name, string Value)[] environment)
    {
        string[] all = [.. s_prefix, .. command];
        ProcessStartInfo start = new(all[0], all[1..])
        {
            WorkingDirectory = folder,
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        foreach ((string name, string value) in environment)
        {
            start.Environment[name] = value;
        }

        return new(start, input);
    }

    internal static async Task<CanoProcessResult> RunAsync(string folder, string[] args, string? input = null)
    {
        await using CanoProcess process = Start(folder, args, input);
        return await process.EndAsync();
    }

    /// <summary>Waits until standard error has a text.</summary>
    internal async Task ErrorSaysAsync(string text)
    {
        TaskCompletionSource seen = new(TaskCreationOptions.RunContinuationsAsynchronously);
        lock (_error)
        {
            _expected.Add((text, seen));
        }

        Look();
        await Task.WhenAny(seen.Task, Task.Delay(Patience, TimeProvider.System), _errorRead);
        Assert.True(seen.Task.IsCompleted, $"Standard error did not say '{text}'. It said: {Error}");
    }

    internal async Task<CanoProcessResult> EndAsync()
    {
        using CancellationTokenSource patience = new(Patience, TimeProvider.System);
        try
        {
            await _process.WaitForExitAsync(patience.Token);
        }
        catch (OperationCanceledException)
        {
            Assert.Fail($"The process did not end within {Patience.TotalSeconds} s. Standard error: {Error}");
        }

        await _errorRead;
        await _output;
        return new(_process.ExitCode, _outputText.ToString(), Error);
    }

    internal void Signal(int signal) => Assert.Equal(0, Kill(_process.Id, signal));

    internal void KillHard() => _process.Kill();

    public async ValueTask DisposeAsync()
    {
        if (!_process.HasExited)
        {
            _process.Kill();
            await _process.WaitForExitAsync();
        }

        _process.Dispose();
    }

    private static bool IgnoresInterrupt()
    {
        const string name = "SigIgn:";
        const int interrupt = 1 << (2 - 1);
        return OperatingSystem.IsLinux()
            && (Convert.ToUInt64(File.ReadLines("/proc/self/status").Single(line => line.StartsWith(name, StringComparison.Ordinal))[name.Length..].Trim(), 16) & interrupt) != 0;
    }

    private async Task ReadOutputAsync()
    {
        char[] buffer = new char[64 * 1024];
        while (await _process.StandardOutput.ReadAsync(buffer) is > 0 and int read)
        {
            OutputAt = TimeProvider.System.GetUtcNow();
            _outputText.Append(buffer, 0, read);
        }
    }

    private async Task ReadErrorAsync()
    {
        while (await _process.StandardError.ReadLineAsync() is { } line)
        {
            lock (_error)
            {
                _error.AppendLine(line);
            }

            Look();
        }
    }

    private void Look()
    {
        lock (_error)
        {
            string all = _error.ToString();
            _expected.Where(expected => all.Contains(expected.Text, StringComparison.Ordinal)).ToList().ForEach(expected => expected.Seen.TrySetResult());
        }
    }

    [DllImport("libc", EntryPoint = "kill", SetLastError = true)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static extern int Kill(int pid, int signal);
}

internal sealed record CanoProcessResult(int ExitCode, string Output, string Error);
