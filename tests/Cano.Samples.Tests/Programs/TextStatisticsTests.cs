using System.Text;
using System.Text.RegularExpressions;

namespace Cano.Samples.Tests.Programs;

public sealed partial class TextStatisticsTests : IDisposable
{
    private const string Text = "Es ist ein Schnee gefallen,\n  wann es ist noch nit Zeit.\n";

    private readonly TemporaryFolder _temporary = new();

    public void Dispose() => _temporary.Dispose();

    [Fact]
    public async Task Run_WithoutLimit_PrintsTheTotalsOfAllFiles()
    {
        string[] texts = [.. Enumerable.Range(1, 60).Select(n => string.Concat(Enumerable.Repeat(Text, n)) + (n % 2 == 0 ? "ohne Zeilenende" : ""))];
        foreach ((int index, string text) in texts.Index())
        {
            _temporary.Write($"texts/{index % 7}/{index}.txt", Encoding.UTF8.GetBytes(text));
        }

        _temporary.Write("texts/empty", []);
        _temporary.Write("texts/binary", "a\0b"u8);
        SampleOutput run = await RunAsync("texts");
        Assert.Equal((0, 60, 2, 0, 0), (run.ExitCode, run.Number("files"), run.Number("rejected"), run.Number("failed"), run.Number("cancelled")));
        Assert.Equal(texts.Sum(Encoding.UTF8.GetByteCount), run.Number("bytes"));
        Assert.Equal(texts.Sum(text => text.Count(c => c == '\n')), run.Number("lines"));
        Assert.Equal(texts.Sum(text => SpaceBetweenWords().Split(text.Trim()).Length), run.Number("words"));
        Assert.Contains("1 binary, 1 empty", run.Output, StringComparison.Ordinal);
        int es = texts.Sum(text => Regex.Count(text, @"\bes\b", RegexOptions.IgnoreCase));
        Assert.Matches($@"(?m)^\s+1\. es\s+{es}$", run.Output);
        Assert.Contains(": AllFinished.", run.Output, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("--quota", "3")]
    [InlineData("--quota", "3", "--duration", "1m")]
    public async Task Run_WithQuota_CountsExactlySoManyFiles(params string[] limits)
    {
        WriteCopies(40);
        SampleOutput run = await RunAsync(["texts", .. limits]);
        Assert.Equal((0, 3, 37), (run.ExitCode, run.Number("files"), run.Number("cancelled")));
        Assert.Equal(3 * Text.Length, run.Number("bytes"));
        Assert.Contains(": QuotaReached.", run.Output, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("--duration", "1ms")]
    [InlineData("--duration", "00:00:00.001", "--quota", "400")]
    public async Task Run_WithDuration_KeepsWhatWasCountedInTime(params string[] limits)
    {
        WriteCopies(400);
        SampleOutput run = await RunAsync(["texts", .. limits]);
        Assert.Equal(0, run.ExitCode);
        Assert.Contains(": DurationElapsed.", run.Output, StringComparison.Ordinal);
        Assert.Equal(400, run.Number("files") + run.Number("cancelled"));
        Assert.Equal(run.Number("files") * Text.Length, run.Number("bytes"));
    }

    [Fact]
    public async Task Run_SecondTimeWithTheSameData_CountsAgain()
    {
        WriteCopies(2);
        await RunAsync("texts");
        SampleOutput run = await RunAsync("texts");
        Assert.Equal((0, 2), (run.ExitCode, run.Number("files")));
        Assert.True(File.Exists(_temporary.At(".cano", "text-statistics", "cano.db")), "The batch was not kept in ./.cano/text-statistics.");
    }

    [Fact]
    public async Task Run_EmptyFolder_SaysSo()
    {
        Directory.CreateDirectory(_temporary.At("texts"));
        SampleOutput run = await RunAsync("texts");
        Assert.Equal((0, $"There are no files under {_temporary.At("texts")}."), (run.ExitCode, run.Output.Trim()));
    }

    [Theory]
    [InlineData("There is no folder nowhere.", "nowhere")]
    [InlineData("The quota was 0; it must be 1 or more.", ".", "--quota", "0")]
    [InlineData("--quota many: the number of files is written as 100.", ".", "--quota", "many")]
    [InlineData("--duration 5: a time is written as 2s, 500ms, 5m or 00:00:02.", ".", "--duration", "5")]
    [InlineData("The duration was -00:00:01; it must be more than zero and at most 365 days.", ".", "--duration", "-1s")]
    public async Task Run_WrongArguments_AreRefusedInOneLine(string message, params string[] args)
    {
        WriteCopies(1);
        SampleOutput run = await RunAsync(args);
        Assert.Equal((2, "", $"TextStatistics: {message}"), (run.ExitCode, run.Output, run.Error.Trim()));
    }

    [GeneratedRegex(@"\s+")]
    private static partial Regex SpaceBetweenWords();

    private void WriteCopies(int count)
    {
        foreach (int number in Enumerable.Range(1, count))
        {
            _temporary.Write($"texts/{number}.txt", Encoding.ASCII.GetBytes(Text));
        }
    }

    private Task<SampleOutput> RunAsync(params string[] args) => SampleProgram.RunAsync("TextStatistics", _temporary.FullPath, args);
}
