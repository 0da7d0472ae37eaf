using Cano;

namespace TextStatistics;

/// <summary>Finds the most frequent words and reports.</summary>
public sealed class RankWords(FileContent content) : Node<TextState, TextFile, byte[], RankedWord[]>
{
    public override ValueTask<byte[]> PrepAsync(WorkflowContext<TextFile> context, CancellationToken cancellationToken) =>
        content.ReadAsync(context.Params, cancellationToken);

    public override ValueTask<RankedWord[]> ExecAsync(byte[] prep, CancellationToken cancellationToken) => new(WordRanking.Of(prep).Top(10));

    public override ValueTask<TextState> PostAsync(WorkflowContext<TextFile> context, RankedWord[] exec, CancellationToken cancellationToken)
    {
        context.SetOutput(new TextReport(context.Store.Get<TextCounts>("counts"), exec));
        return new(TextState.Done);
    }
}
