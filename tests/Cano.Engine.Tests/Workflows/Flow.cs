using Microsoft.Extensions.DependencyInjection;

namespace Cano.Engine.Tests;

/// <summary>The states of the workflows under test.</summary>
public enum Step
{
    Start,
    Middle,
    Done,
    Rejected,
}

public sealed record Input(int Number, string? Text = null);

/// <summary>Short ways to a definition and to a run of it.</summary>
internal static class Flow
{
    internal static readonly WorkflowKey<Step, Input> Key = new("test.flow");

    /// <summary>A definition that starts in Start and exits in Done and Rejected.</summary>
    internal static WorkflowDefinition<Step, Input> Of(Action<WorkflowBuilder<Step, Input>> nodes) =>
        WorkflowDefinition.Create(Key, workflow => nodes(workflow.Start(Step.Start).AddExitStates(Step.Done, Step.Rejected)));

    /// <summary>A definition with one node, which never retries unless told.</summary>
    internal static WorkflowDefinition<Step, Input> Of(
        Func<WorkflowContext<Input>, CancellationToken, ValueTask<Step>> node, NodeConfig? config = null) =>
        Of(workflow => workflow.RegisterNode(Step.Start, node, config ?? NodeConfig.Minimal));

    internal static Func<WorkflowContext<Input>, CancellationToken, ValueTask<Step>> Throws(Exception exception) => (_, _) => throw exception;

    internal static Func<WorkflowContext<Input>, CancellationToken, ValueTask<Step>> GoesTo(Step next) => (_, _) => new(next);

    internal static Task<WorkflowResult<Step>> RunAsync(
        this WorkflowDefinition<Step, Input> definition, TimeProvider? clock = null, CancellationToken cancellationToken = default) =>
        WorkflowRunner.For(definition, services: null, clock).RunAsync(new Input(1), cancellationToken: cancellationToken);

    internal static WorkflowProgram<Step, Input> Compile(
        this WorkflowDefinition<Step, Input> definition, TimeProvider? clock = null, CanoOptions? options = null, IServiceProvider? services = null) =>
        new(definition, services ?? new ServiceCollection().BuildServiceProvider(), clock ?? TimeProvider.System, options ?? new());

    internal static InstanceExecution Execution(
        string? @params = null, string? store = null, Checkpoint? resume = null, ICheckpointSink? checkpoints = null, bool keepPath = false,
        RunControl? control = null) =>
        new()
        {
            BatchId = "batch",
            InstanceId = "instance",
            Params = Utf8(@params),
            Store = Utf8(store),
            SharedStore = new MemorySharedStore(),
            Resume = resume,
            Checkpoints = checkpoints,
            KeepPath = keepPath,
            Control = control,
        };

    internal static byte[]? Utf8(string? text) => text is null ? null : System.Text.Encoding.UTF8.GetBytes(text);

    internal static string? Text(byte[]? utf8) => utf8 is null ? null : System.Text.Encoding.UTF8.GetString(utf8);
}
