using Cano;
using Microsoft.Extensions.DependencyInjection;

namespace TextStatistics;

/// <summary>The workflow that one file goes through.</summary>
public static class TextWorkflow
{
    #region the key
    /// <summary>The name that both sides share: the silo registers the workflow under it, the caller starts instances of it.</summary>
    public static readonly WorkflowKey<TextState, TextFile> Key = new("text.statistics");
    #endregion

    /// <summary>Registers the workflow and what its nodes need.</summary>
    public static void AddTextStatistics(this CanoBuilder cano)
    {
        cano.Services.AddScoped<FileContent>();
        cano.AddWorkflow(Key, Define);
    }

    #region the definition
    /// <summary>Says what runs in which state, and where it ends.</summary>
    public static void Define(WorkflowBuilder<TextState, TextFile> workflow) => workflow
        .Start(TextState.Load)
        .RegisterNode<LoadFile>(TextState.Load)
        .RegisterNode(TextState.Inspect, (context, _) => new(Inspect(context)))
        .RegisterNode<CountWords>(TextState.Count)
        .RegisterNode<RankWords>(TextState.Rank)
        .AddExitStates(TextState.Done, TextState.Rejected);
    #endregion

    /// <summary>Empty files are rejected, and binary ones: those with a NUL near their beginning, as <c>git</c> sees it.</summary>
    private static TextState Inspect(WorkflowContext<TextFile> context)
    {
        byte[] head = context.Store.Get<byte[]>("head");
        if (head.Length > 0 && !head.Contains((byte)0))
        {
            return TextState.Count;
        }

        context.SetOutput(new Rejection(head.Length == 0 ? "empty" : "binary"));
        return TextState.Rejected;
    }
}
