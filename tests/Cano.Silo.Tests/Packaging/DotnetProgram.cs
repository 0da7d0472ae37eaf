using System.Diagnostics;
using System.Runtime.InteropServices;

namespace Cano.Tests.Packaging;

/// <summary>The SDK that runs the tests, and programs that it installs; whatever they keep for their user goes into a folder of the test's.</summary>
/// <param name="home">Where they start, and what they take for their user's folder.</param>
/// <param name="environment">Further variables.</param>
internal sealed class DotnetProgram(string home, params (string Name, string Value)[] environment)
{
    private static readonly TimeSpan s_patience = TimeSpan.FromMinutes(10);

    /// <summary>Where the runtime is, of which this process is one: <c>ROOT/shared/Microsoft.NETCore.App/VERSION/</c>.</summary>
    internal static string Root { get; } = Path.GetFullPath(Path.Combine(RuntimeEnvironment.GetRuntimeDirectory(), "..", "..", ".."));

    /// <summary>As what the tests were built: they stand in <c>bin/CONFIGURATION/net10.0/</c>.</summary>
    internal static string Configuration => new DirectoryInfo(AppContext.BaseDirectory).Parent!.Name;

    /// <summary>The clone that the tests were built in.</summary>
    internal static string Clone()
    {
        DirectoryInfo? folder = new(AppContext.BaseDirectory);
        while (folder is not null && !File.Exists(Path.Combine(folder.FullName, "Cano.sln")))
        {
            folder = folder.Parent;
        }

        return folder?.FullName ?? throw new InvalidOperationException($"There is no Cano.sln above {AppContext.BaseDirectory}.");
    }

    /// <summary>Runs <c>dotnet</c> and asserts that it succeeds.</summary>
    internal Task<string> RunAsync(params string[] args) => RunProgramAsync(Path.Combine(Root, "dotnet"), args);

    /// <summary>Runs a program and asserts that it succeeds.</summary>
    /// <returns>Its standard output.</returns>
    internal async Task<string> RunProgramAsync(string program, params string[] args)
    {
        ProcessStartInfo start = new(program, args) { WorkingDirectory = home, RedirectStandardOutput = true, RedirectStandardError = true };

        // What dotnet test tells its own build is not meant for another one.
        foreach (string name in start.Environment.Keys.Where(name => name.StartsWith("MSBUILD", StringComparison.OrdinalIgnoreCase)).ToList())
        {
            start.Environment.Remove(name);
        }

        (string Name, string Value)[] own =
        [
            ("HOME", home), ("DOTNET_CLI_HOME", home), ("DOTNET_ROOT", Root), ("PATH", $"{Root}{Path.PathSeparator}{Environment.GetEnvironmentVariable("PATH")}"), ("DOTNET_NOLOGO", "1"),
            ("DOTNET_CLI_TELEMETRY_OPTOUT", "1"),
            // No server outlives it, holding its output open.
            ("MSBUILDDISABLENODEREUSE", "1"), ("UseSharedCompilation", "false"),
            .. environment,
        ];
        Array.ForEach(own, one => start.Environment[one.Name] = one.Value);
        using Process process = Process.Start(start)!;
        Task<string> output = process.StandardOutput.ReadToEndAsync();
        Task<string> error = process.StandardError.ReadToEndAsync();
        using CancellationTokenSource patience = new(s_patience, TimeProvider.System);
        try
        {
            await process.WaitForExitAsync(patience.Token);
        }
        catch (OperationCanceledException)
        {
            process.Kill(entireProcessTree: true);
            await process.WaitForExitAsync(CancellationToken.None);
        }

        string said = $"{Path.GetFileName(program)} {string.Join(' ', args)} ended with {process.ExitCode} (ended by this test if it took {s_patience}). It said: {await output}{await error}";
        Assert.True(process.ExitCode == 0, said);
        return await output;
    }
}
