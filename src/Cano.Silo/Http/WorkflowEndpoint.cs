namespace Cano;

/// <summary>Which workflows there are, over HTTP.</summary>
internal static class WorkflowEndpoint
{
    internal static void MapWorkflows(this IEndpointRouteBuilder api) => api.MapGet("/workflows", (WorkflowRegistry registry) => registry.Programs.Select(WorkflowDocument.Of).ToArray())
        .RequireAuthorization(Roles.Reader)
        .WithName("listWorkflows")
        .WithSummary("Lists the workflows that this silo has registered, by name");
}

/// <summary>A workflow.</summary>
/// <param name="Name">The name that instances are started with.</param>
/// <param name="States">All states that have a node or are exits, as the user declared them.</param>
/// <param name="ExitStates">Those in which an instance is completed.</param>
/// <param name="Start">Where every instance begins.</param>
internal sealed record WorkflowDocument(string Name, IReadOnlyList<string> States, IReadOnlyList<string> ExitStates, string Start)
{
    internal static WorkflowDocument Of(IWorkflowProgram program) => new(program.Name, program.States, program.ExitStates, program.Start);
}
