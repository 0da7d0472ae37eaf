using Cano;

namespace TextStatistics;

/// <summary>Reads the file. What another attempt can't mend is no error but a rejection, so that only I/O errors are retried.</summary>
public sealed class LoadFile(FileContent content) : Node<TextState, TextFile, TextFile, LoadFile.Loaded>
{
    private const int HeadBytes = 8_000;

    /// <summary>Twice more if the disk or the network fails; then the instance is Failed.</summary>
    public override NodeConfig Config => NodeConfig.Default with { Retry = RetryMode.Fixed(retries: 2, delay: TimeSpan.FromMilliseconds(50)) };

    public override ValueTask<TextFile> PrepAsync(WorkflowContext<TextFile> context, CancellationToken cancellationToken) => new(context.Params);

    public override async ValueTask<Loaded> ExecAsync(TextFile prep, CancellationToken cancellationToken)
    {
        try
        {
            byte[] bytes = await content.ReadAsync(prep, cancellationToken);
            return new(bytes[..Math.Min(bytes.Length, HeadBytes)], Refused: null);
        }
        catch (UnauthorizedAccessException)
        {
            return new(Head: [], new Rejection("unreadable"));
        }
        catch (FileTooLargeException)
        {
            return new(Head: [], new Rejection("larger than 64 MB"));
        }
    }

    public override ValueTask<TextState> PostAsync(WorkflowContext<TextFile> context, Loaded exec, CancellationToken cancellationToken)
    {
        if (exec.Refused is { } rejection)
        {
            context.SetOutput(rejection);
            return new(TextState.Rejected);
        }

        context.Store.Put("head", exec.Head);
        return new(TextState.Inspect);
    }

    /// <summary>What came of it.</summary>
    /// <param name="Head">How the file begins.</param>
    /// <param name="Refused">Why it can't be read; null if it was.</param>
    public sealed record Loaded(byte[] Head, Rejection? Refused);
}
