using System.Collections.Frozen;
using System.Diagnostics.CodeAnalysis;
using Microsoft.Extensions.Options;

namespace Cano;

/// <summary>
/// The workflows of a silo. Made once, when the silo starts, which is when their node types are checked; safe for concurrent use.
/// </summary>
internal sealed class WorkflowRegistry : IKnownWorkflows
{
    private readonly FrozenDictionary<string, IWorkflowProgram> _programs;

    /// <summary>Compiles all definitions.</summary>
    /// <exception cref="CanoConfigurationException">A node type of a workflow can't be made or its config is not valid.</exception>
    public WorkflowRegistry(
        IEnumerable<IWorkflowRegistration> registrations, IServiceProvider services, TimeProvider timeProvider, IOptions<CanoOptions> options)
    {
        _programs = registrations
            .Select(registration => registration.Compile(services, timeProvider, options.Value))
            .ToFrozenDictionary(program => program.Name, StringComparer.Ordinal);
        Programs = [.. _programs.Values.OrderBy(program => program.Name, StringComparer.Ordinal)];
        Names = [.. Programs.Select(program => program.Name)];
    }

    /// <summary>The names, in the order of their code points.</summary>
    public IReadOnlyCollection<string> Names { get; }

    /// <summary>The programs, in the order of their names.</summary>
    internal IReadOnlyList<IWorkflowProgram> Programs { get; }

    /// <summary>Whether this silo has it.</summary>
    public bool IsKnown(string workflow) => _programs.ContainsKey(workflow);

    /// <summary>Finds a workflow by its name.</summary>
    internal bool TryGet(string name, [NotNullWhen(true)] out IWorkflowProgram? program) => _programs.TryGetValue(name, out program);
}
