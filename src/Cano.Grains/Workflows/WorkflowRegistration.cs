namespace Cano;

/// <summary>A definition as <c>AddWorkflow</c> left it among the services, to be compiled when the silo starts.</summary>
internal interface IWorkflowRegistration
{
    /// <summary>The workflow's name.</summary>
    string Name { get; }

    /// <summary>Makes the program.</summary>
    /// <exception cref="CanoConfigurationException">A node type can't be made or its config is not valid.</exception>
    IWorkflowProgram Compile(IServiceProvider services, TimeProvider timeProvider, CanoOptions options);
}

/// <summary>A definition with its types.</summary>
internal sealed class WorkflowRegistration<TState, TParams>(WorkflowDefinition<TState, TParams> definition) : IWorkflowRegistration
    where TState : struct, Enum
{
    public string Name => definition.Key.Name;

    public IWorkflowProgram Compile(IServiceProvider services, TimeProvider timeProvider, CanoOptions options) =>
        new WorkflowProgram<TState, TParams>(definition, services, timeProvider, options);
}
