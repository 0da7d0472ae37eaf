using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;

namespace Cano.Engine.Tests;

/// <summary>A silo's workflows and options, as its rules see them: one workflow, <c>w</c>, and the defaults.</summary>
internal static class SiloRules
{
    internal static readonly IOptions<CanoOptions> Options = Microsoft.Extensions.Options.Options.Create(new CanoOptions());

    internal static readonly WorkflowRegistry Workflows = new(
        [
            new WorkflowRegistration<DayOfWeek, int>(WorkflowDefinition.Create(
                new WorkflowKey<DayOfWeek, int>("w"), workflow => workflow.Start(DayOfWeek.Sunday).AddExitStates(DayOfWeek.Sunday))),
        ],
        new ServiceCollection().BuildServiceProvider(),
        TimeProvider.System,
        Options);
}
