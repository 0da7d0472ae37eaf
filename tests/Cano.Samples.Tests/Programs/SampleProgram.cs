using System.Diagnostics;

namespace Cano.Samples.Tests.Programs;

/// <summary>Runs a sample as a process of its own.</summary>
internal static class SampleProgram
{
    private static readonly TimeSpan s_patience = TimeSpan.FromMinutes(2);

    internal static async Task<SampleOutput> RunAsync(string sample, string folder, params string[] args)
    {
        ProcessStartInfo start = new("dotnet", [Path.Combine(AppContext.BaseDirectory, $"{sample}.dll"), .. args])
        {
            WorkingDirectory = folder,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
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
            Assert.Fail($"{sample} {string.Join(' ', args)} did not end within {s_patience}. Standard error: {await error}");
        }

        return new(process.ExitCode, await output, await error);
    }
}

/// <summary>What a process left.</summary>
internal sealed record SampleOutput(int ExitCode, string Output, string Error)
{
    /// <summary>The number in the line that begins with a name.</summary>
    internal long Number(string name) => long.Parse(
        Output.Split('\n').Single(line => line.StartsWith($"{name} ", StringComparison.Ordinal)).Split(' ', StringSplitOptions.RemoveEmptyEntries)[1]);
}
