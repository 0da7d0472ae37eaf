using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;

namespace Cano.Engine.Tests;

public sealed class CanoBuilderTests
{
    private static readonly WorkflowKey<Step, Input> s_other = new("test.another");

    private readonly CanoBuilder _cano = new(new ServiceCollection());

    [Fact]
    public void AddWorkflow_MakesItKnownToTheRegistry()
    {
        _cano.AddWorkflow(Flow.Key, Configure).AddWorkflow(s_other, Configure);

        WorkflowRegistry registry = Registry();

        Assert.Equal(["test.another", "test.flow"], registry.Names);
        Assert.True(registry.TryGet("test.flow", out IWorkflowProgram? program));
        Assert.Equal("test.flow", program.Name);
        Assert.Equal(["Start", "Done", "Rejected"], program.States);
        Assert.Equal(["Rejected", "Done"], program.ExitStates);
        Assert.Equal("Start", program.Start);
        Assert.False(registry.TryGet("TEST.FLOW", out _));
    }

    [Fact]
    public void AddWorkflow_TwiceUnderOneName_IsRefused()
    {
        _cano.AddWorkflow(Flow.Key, Configure);

        CanoConfigurationException refusal = Assert.Throws<CanoConfigurationException>(
            () => new CanoBuilder(_cano.Services).AddWorkflow(new WorkflowKey<Step, int>("test.flow"), workflow => workflow
                .Start(Step.Done).AddExitState(Step.Done)));

        Assert.Equal("duplicate-workflow", refusal.Code);
        Assert.Equal("Two workflows are registered under the name 'test.flow'; give each definition a name of its own.", refusal.Message);
    }

    [Fact]
    public void AddWorkflow_WithFaults_IsRefusedAtOnce() =>
        Assert.Equal("invalid-definition", Assert.Throws<CanoConfigurationException>(() => _cano.AddWorkflow(Flow.Key, _ => { })).Code);

    [Fact]
    public void AddWorkflow_LeavesNodeTypesOutOfTheServices()
    {
        _cano.AddWorkflow(Flow.Key, Configure);

        Assert.DoesNotContain(_cano.Services, service => service.ServiceType == typeof(EchoNode));
    }

    [Fact]
    public async Task Configure_ChangesTheOptionsThatProgramsGoBy()
    {
        _cano.AddWorkflow(Flow.Key, Configure).Configure(options => options.MaxOutputBytes = 3);
        Registry().TryGet("test.flow", out IWorkflowProgram? program);

        InstanceOutcome outcome = await program!.RunAsync(Flow.Execution("""{ "number": 1 }"""), CancellationToken.None);

        Assert.Equal("output-too-large", outcome.Error!.Kind);
    }

    private static void Configure(WorkflowBuilder<Step, Input> workflow) =>
        workflow.Start(Step.Start).RegisterNode<EchoNode>(Step.Start).AddExitStates(Step.Rejected, Step.Done);

    private WorkflowRegistry Registry()
    {
        ServiceProvider services = _cano.Services.AddOptions().BuildServiceProvider();
        return new(services.GetServices<IWorkflowRegistration>(), services, TimeProvider.System, services.GetRequiredService<IOptions<CanoOptions>>());
    }
}
