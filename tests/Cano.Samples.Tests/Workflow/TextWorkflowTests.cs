using System.Text;
using Microsoft.Extensions.DependencyInjection;
using TextStatistics;

namespace Cano.Samples.Tests.Workflow;

public sealed class TextWorkflowTests : IDisposable
{
    private readonly TemporaryFolder _temporary = new();

    public void Dispose() => _temporary.Dispose();

    [Fact]
    public async Task Run_TextFile_ReportsCountsAndTopWords()
    {
        WorkflowResult<TextState> result = await RunAsync(_temporary.Write("text", "To be, or not to be\n"u8));
        Assert.Equal(TextState.Done, result.FinalState);
        TextReport report = result.GetOutput<TextReport>()!;
        Assert.Equal(new TextCounts(20, 1, 6), report.Counts);
        Assert.Equal([new("be", 2), new("to", 2), new("not", 1), new("or", 1)], report.TopWords);
    }

    [Theory]
    [InlineData("", "empty")]
    [InlineData("text\0text", "binary")]
    public async Task Run_FileThatIsNoText_IsRejected(string content, string reason) =>
        AssertRejected(reason, await RunAsync(_temporary.Write("file", Encoding.UTF8.GetBytes(content))));

    [Fact]
    public async Task Run_NulFarFromTheBeginning_IsText() =>
        Assert.Equal(TextState.Done, (await RunAsync(_temporary.Write("file", Encoding.UTF8.GetBytes(new string('x', 8_000) + '\0')))).FinalState);

    [Fact]
    public async Task Run_LargestFile_IsReadAndALargerOneIsRejected()
    {
        string path = _temporary.Write("file", "x"u8);
        using (FileStream file = File.OpenWrite(path))
        {
            // Sparse: it takes no room on the disk.
            file.SetLength(FileContent.LargestFile);
        }

        AssertRejected("binary", await RunAsync(path));
        using (FileStream file = File.OpenWrite(path))
        {
            file.SetLength(FileContent.LargestFile + 1);
        }

        AssertRejected("larger than 64 MB", await RunAsync(path));
    }

    [Fact]
    public async Task Run_FileThatMayNotBeRead_IsRejectedAtOnce()
    {
        TroubledContent content = new(new UnauthorizedAccessException());
        AssertRejected("unreadable", await RunAsync("/file", content));
        Assert.Equal(1, content.Reads);
    }

    [Fact]
    public async Task Run_TwoErrorsOfTheDisk_AreRetried()
    {
        TroubledContent content = new(new IOException("bad sector"), new IOException("bad sector"));
        Assert.Equal(TextState.Done, (await RunAsync("/file", content)).FinalState);
        Assert.Equal(3, content.Reads);
    }

    [Fact]
    public async Task Run_FileThatIsGone_FailsAfterThreeAttempts()
    {
        WorkflowResult<TextState> result = await RunAsync(_temporary.At("gone"));
        Assert.Equal(WorkflowOutcome.Failed, result.Outcome);
        Assert.Equal((WorkflowErrorKinds.RetryExhausted, nameof(TextState.Load), 3), (result.Error!.Kind, result.Error.State, result.Error.Attempts));
    }

    private static void AssertRejected(string reason, WorkflowResult<TextState> result)
    {
        Assert.Equal(TextState.Rejected, result.FinalState);
        Assert.Equal(new Rejection(reason), result.GetOutput<Rejection>());
    }

    private static async Task<WorkflowResult<TextState>> RunAsync(string path, FileContent? content = null)
    {
        ServiceCollection services = new();
        services.AddScoped(_ => content ?? new FileContent());
        await using ServiceProvider provider = services.BuildServiceProvider();
        return await WorkflowRunner.For(WorkflowDefinition.Create(TextWorkflow.Key, TextWorkflow.Define), provider).RunAsync(new TextFile(path));
    }

    /// <summary>A file whose first reads fail.</summary>
    private sealed class TroubledContent(params Exception[] failures) : FileContent
    {
        internal int Reads { get; private set; }

        protected override Task<byte[]> ReadAsync(string path, CancellationToken cancellationToken) =>
            ++Reads > failures.Length ? Task.FromResult("text"u8.ToArray()) : Task.FromException<byte[]>(failures[Reads - 1]);
    }
}
