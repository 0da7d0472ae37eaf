using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace Cano.Engine.Tests;

/// <summary>What a node logs says which attempt it was, by whatever logger.</summary>
public sealed class NodeLoggingTests : IDisposable
{
    private readonly LogRecorder _log = new();

    public void Dispose() => _log.Dispose();

    [Fact]
    public async Task Entry_OfANode_IsInTheScopeOfItsAttempt()
    {
        WorkflowDefinition<Step, Input> definition = Flow.Of(workflow => workflow
            .RegisterNode<LoggingNode>(Step.Start)
            .RegisterNode(
                Step.Middle,
                async (context, _) =>
                {
                    await Task.Yield();
                    context.Logger.Log(LogLevel.Information, 0, "by a function", null, static (text, _) => text);
                    return context.Attempt == 2 ? Step.Done : throw new IOException();
                },
                NodeConfig.Minimal with { Retry = RetryMode.Fixed(1, TimeSpan.Zero) }));

        await WorkflowRunner.For(definition, _log.Provider).RunAsync();

        Assert.Equal(
            [
                ("Cano.Engine.Tests.NodeLoggingTests+LoggingNode", "by the context", "Start", 1),
                ("of.a.service", "by a service", "Start", 1),
                ("test.flow.Middle", "by a function", "Middle", 1),
                ("test.flow.Middle", "by a function", "Middle", 2),
            ],
            _log.Of(0).Select(entry => (entry.Category, entry.Message, (string)entry.Scope["State"]!, (int)entry.Scope["Attempt"]!)));
        Assert.All(
            _log.Of(0),
            entry => Assert.Equal(("local", "local", "test.flow"), (entry.Scope["BatchId"], entry.Scope["InstanceId"], entry.Scope["Workflow"])));
    }

    [Fact]
    public async Task Scope_EndsWithTheAttempt()
    {
        await WorkflowRunner.For(Flow.Of(Flow.Throws(new IOException())), _log.Provider).RunAsync();

        Assert.Empty(Assert.Single(_log.Of(2003)).Scope);
    }

    [Fact]
    public async Task Logger_WhereTheServicesHaveNone_TakesEverything()
    {
        WorkflowResult<Step> result = await Flow.Of((context, _) =>
        {
            context.Logger.Log(LogLevel.Information, 0, "to nowhere", null, static (text, _) => text);
            return new(Step.Done);
        }).RunAsync();

        Assert.Equal(Step.Done, result.FinalState);
    }

    public sealed class LoggingNode(ILoggerFactory loggers) : NodeOfThreePhases
    {
        public override async ValueTask<Step> PostAsync(WorkflowContext<Input> context, string? exec, CancellationToken cancellationToken)
        {
            context.Logger.Log(LogLevel.Information, 0, "by the context", null, static (text, _) => text);
            await Task.Yield();
            loggers.CreateLogger("of.a.service").Log(LogLevel.Information, 0, "by a service", null, static (text, _) => text);
            return Step.Middle;
        }
    }
}
