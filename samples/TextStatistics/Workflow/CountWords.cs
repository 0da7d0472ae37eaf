using Cano;

namespace TextStatistics;

#region a node
/// <summary>Counts what <c>wc</c> counts.</summary>
public sealed class CountWords(FileContent content) : Node<TextState, TextFile, byte[], TextCounts>
{
    public override ValueTask<byte[]> PrepAsync(WorkflowContext<TextFile> context, CancellationToken cancellationToken) =>
        content.ReadAsync(context.Params, cancellationToken);

    public override ValueTask<TextCounts> ExecAsync(byte[] prep, CancellationToken cancellationToken) => new(TextCounts.Of(prep));

    public override ValueTask<TextState> PostAsync(WorkflowContext<TextFile> context, TextCounts exec, CancellationToken cancellationToken)
    {
        context.Store.Put("counts", exec);
        return new(TextState.Rank);
    }
}
#endregion
