using System.Text.Json;
using Microsoft.Extensions.DependencyInjection;

namespace Cano;

/// <summary>What a silo is told about Cano: its workflows and its options.</summary>
public sealed class CanoBuilder
{
    internal CanoBuilder(IServiceCollection services) => Services = services;

    /// <summary>The silo's services, for what the workflows' nodes need.</summary>
    public IServiceCollection Services { get; }

    /// <summary>
    /// Registers a workflow under its key. The definition is checked at once, its node types when the silo starts. Node types need not be
    /// registered as services.
    /// </summary>
    /// <typeparam name="TState">The enum that lists the workflow's states.</typeparam>
    /// <typeparam name="TParams">What each instance is given.</typeparam>
    /// <param name="key">The name that clients start instances under.</param>
    /// <param name="configure">Says what the workflow is made of.</param>
    /// <returns>This builder.</returns>
    /// <exception cref="CanoConfigurationException">The definition has faults; the message names them all (code
    /// <c>invalid-definition</c>).</exception>
    /// <exception cref="CanoConfigurationException">A workflow of that name is registered already (code
    /// <c>duplicate-workflow</c>).</exception>
    public CanoBuilder AddWorkflow<TState, TParams>(WorkflowKey<TState, TParams> key, Action<WorkflowBuilder<TState, TParams>> configure)
        where TState : struct, Enum
    {
        WorkflowDefinition<TState, TParams> definition = WorkflowDefinition.Create(key, configure);
        if (Services.Any(service => service is { IsKeyedService: false, ImplementationInstance: IWorkflowRegistration other } && other.Name == key.Name))
        {
            throw new CanoConfigurationException(
                ErrorCodes.DuplicateWorkflow, $"Two workflows are registered under the name '{key.Name}'; give each definition a name of its own.");
        }

        Services.AddSingleton<IWorkflowRegistration>(new WorkflowRegistration<TState, TParams>(definition));
        return this;
    }

    /// <summary>
    /// Extends how users' values are written and read, for example by a converter, as <see cref="CanoJson.Configure"/> does: for the whole
    /// process. Call it before <see cref="AddWorkflow{TState, TParams}"/>, which checks the params, and do the same in every client and on
    /// every silo.
    /// </summary>
    /// <param name="configure">Changes the options. It may be called several times, and must do the same each time.</param>
    /// <returns>This builder.</returns>
    public CanoBuilder ConfigureJson(Action<JsonSerializerOptions> configure)
    {
        CanoJson.Configure(configure);
        return this;
    }

    /// <summary>Changes the options. They are checked when the silo starts, all faults together.</summary>
    /// <param name="configure">Sets what is to differ from the defaults.</param>
    /// <returns>This builder.</returns>
    public CanoBuilder Configure(Action<CanoOptions> configure)
    {
        ArgumentNullException.ThrowIfNull(configure);
        Services.Configure(configure);
        return this;
    }
}
