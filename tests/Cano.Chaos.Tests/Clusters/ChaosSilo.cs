using System.Diagnostics;
using System.Runtime.InteropServices;
using Cano.CrashHost;

namespace Cano.Chaos.Clusters;

/// <summary>A silo in a process of its own, which can be killed, stopped in good order, and halted.</summary>
internal sealed class ChaosSilo : IAsyncDisposable
{
    private const int Terminate = 15;
    private const int Continue = 18;
    private const int Stop = 19;

    private readonly Process _process;
    private readonly Task _read;
    private readonly TaskCompletionSource<string> _ready = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly Queue<string> _lastLines = [];
    private readonly Action<ChaosSilo, string> _said;

    private ChaosSilo(ProcessStartInfo start, Action<ChaosSilo, string> said)
    {
        _said = said;
        _process = Process.Start(start)!;
        _process.StandardInput.Close();
        _read = Task.WhenAll(ReadAsync(_process.StandardOutput), ReadAsync(_process.StandardError));
    }

    /// <summary>Its address with the generation; "" until it works.</summary>
    internal string Address { get; private set; } = "";

    internal bool HasExited => _process.HasExited;

    /// <summary>Starts a silo on free ports.</summary>
    /// <param name="connectionString">The database that it shares with the others.</param>
    /// <param name="folder">Where it runs.</param>
    /// <param name="settings">Settings, as <c>KEY=VALUE</c>.</param>
    /// <param name="environment">More for its environment.</param>
    /// <param name="said">Is told each line that it writes.</param>
    internal static ChaosSilo Start(
        string connectionString, string folder, IEnumerable<string> settings, IEnumerable<(string Name, string Value)> environment, Action<ChaosSilo, string> said)
    {
        ProcessStartInfo start = new(Environment.ProcessPath is { } path && Path.GetFileNameWithoutExtension(path) == "dotnet" ? path : "dotnet")
        {
            WorkingDirectory = folder,
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        string[] all =
        [
            "Cano:Storage:Provider=postgres", $"ConnectionStrings:Cano={connectionString}", "Cano:Clustering:Provider=adonet",
            "Cano:SiloPort=0", "Cano:GatewayPort=0", "Logging:LogLevel:Default=Warning", "Logging:LogLevel:Cano=Information", "Logging:Console:FormatterName=simple", .. settings,
        ];
        string[] arguments = [Path.Combine(AppContext.BaseDirectory, "Cano.CrashHost.dll"), "serve", "--urls", "http://127.0.0.1:0", .. all.SelectMany(setting => (string[])["--set", setting])];
        Array.ForEach(arguments, start.ArgumentList.Add);
        start.Environment[CatalogWatch.QuietVariable] = "1";
        foreach ((string name, string value) in environment)
        {
            start.Environment[name] = value;
        }

        return new(start, said);
    }

    /// <summary>Waits until it works.</summary>
    internal async Task ReadyAsync()
    {
        await Task.WhenAny(_ready.Task, _read, Task.Delay(TimeSpan.FromSeconds(90), TimeProvider.System));
        Assert.True(_ready.Task.IsCompletedSuccessfully, $"A silo did not come up. It said last: {LastLines}");
    }

    /// <summary>What it said last.</summary>
    internal string LastLines
    {
        get
        {
            lock (_lastLines)
            {
                return string.Join('\n', _lastLines);
            }
        }
    }

    internal async Task KillAsync()
    {
        _process.Kill();
        await GoneAsync(TimeSpan.FromSeconds(20));
    }

    /// <summary>Tells it to stop, and waits until it has.</summary>
    /// <returns>How long it took.</returns>
    internal async Task<TimeSpan> TerminateAsync()
    {
        long told = Stopwatch.GetTimestamp();
        Assert.Equal(0, Kill(_process.Id, Terminate));
        await GoneAsync(TimeSpan.FromSeconds(60));
        Assert.True(_process.ExitCode == 0, $"A silo that was told to stop ended with {_process.ExitCode}: {LastLines}");
        return Stopwatch.GetElapsedTime(told);
    }

    /// <summary>Halts it where it is, all of its threads.</summary>
    internal void Halt() => Assert.Equal(0, Kill(_process.Id, Stop));

    internal void GoOn() => Assert.Equal(0, Kill(_process.Id, Continue));

    /// <summary>Waits until its process is gone.</summary>
    internal async Task GoneAsync(TimeSpan patience)
    {
        using CancellationTokenSource limit = new(patience, TimeProvider.System);
        try
        {
            await _process.WaitForExitAsync(limit.Token);
        }
        catch (OperationCanceledException)
        {
            Assert.Fail($"A silo's process was not gone after {patience.TotalSeconds} s. It said last: {LastLines}");
        }

        await _read;
    }

    public async ValueTask DisposeAsync()
    {
        if (!_process.HasExited)
        {
            _process.Kill();
            await _process.WaitForExitAsync();
        }

        await _read;
        _process.Dispose();
    }

    private async Task ReadAsync(StreamReader lines)
    {
        while (await lines.ReadLineAsync() is { } line)
        {
            lock (_lastLines)
            {
                _lastLines.Enqueue(line);
                if (_lastLines.Count > 60)
                {
                    _lastLines.Dequeue();
                }
            }

            if (line.StartsWith("silo: ", StringComparison.Ordinal))
            {
                Address = line["silo: ".Length..];
                _ready.TrySetResult(Address);
            }

            _said(this, line);
        }
    }

    [DllImport("libc", EntryPoint = "kill", SetLastError = true)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static extern int Kill(int pid, int signal);
}
