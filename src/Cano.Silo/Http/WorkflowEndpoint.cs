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
/// <param name="States">All states that have a node or end an instance, as the user declared them.</param>
/// <param name="ExitStates">Those in which an instance is completed.</param>
/// <param name="FailureStates">Those in which an instance is failed, with kind <c>failure-state</c>.</param>
/// <param name="Start">Where every instance begins.</param>
internal sealed record WorkflowDocument(
    string Name, IReadOnlyList<string> States, IReadOnlyList<string> ExitStates, IReadOnlyList<string> FailureStates, string Start)
{
    internal static WorkflowDocument Of(IWorkflowProgram program) =>
        new(program.Name, program.States, program.ExitStates, program.FailureStates, program.Start);

    /// <summary>Whether an instance that reaches the state has ended.</summary>
    internal bool IsEnd(string state) => ExitStates.Contains(state) || FailureStates.Contains(state);
}
