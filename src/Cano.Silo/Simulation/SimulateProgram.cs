using System.Collections.Concurrent;
using System.Text.Json;

namespace Cano;

/// <summary>
/// Runs <c>cano.simulate</c>. Retries belong to a definition, and here each instance may ask for a number of its own: so there is a
/// definition for each number.
/// </summary>
internal sealed class SimulateProgram(IServiceProvider services, TimeProvider timeProvider, CanoOptions options) : IWorkflowProgram
{
    private const int KeptUpTo = 100;

    private readonly ConcurrentDictionary<int, WorkflowProgram<SimulateState, SimulateParams>> _byRetries = new();
    private readonly WorkflowProgram<SimulateState, SimulateParams> _plain = Compile(0, services, timeProvider, options);

    public string Name => _plain.Name;

    public IReadOnlyList<string> States => _plain.States;

    public IReadOnlyList<string> ExitStates => _plain.ExitStates;

    public IReadOnlyList<string> FailureStates => _plain.FailureStates;

    public string Start => _plain.Start;

    public IReadOnlyList<SubmissionFault> CheckParams(byte[] @params, string path) => _plain.CheckParams(@params, path);

    public ValueTask<InstanceOutcome> RunAsync(InstanceExecution execution, CancellationToken cancellationToken) =>
        ForRetries(Retries(execution.Params)).RunAsync(execution, cancellationToken);

    private static WorkflowProgram<SimulateState, SimulateParams> Compile(int retries, IServiceProvider services, TimeProvider timeProvider, CanoOptions options) =>
        new WorkflowProgram<SimulateState, SimulateParams>(SimulateWorkflow.Define(retries, timeProvider), services, timeProvider, options);

    /// <summary>0 when they can't be read: the program then says so.</summary>
    private static int Retries(byte[]? json)
    {
        try
        {
            return json is null ? 0 : JsonSerializer.Deserialize<SimulateParams>(json, CanoJson.Values)?.Retries ?? 0;
        }
        catch (JsonException)
        {
            return 0;
        }
    }

    private WorkflowProgram<SimulateState, SimulateParams> ForRetries(int retries) => retries switch
    {
        0 => _plain,
        <= KeptUpTo => _byRetries.GetOrAdd(retries, static (count, self) => self.Compile(count), this),
        _ => Compile(retries),
    };

    private WorkflowProgram<SimulateState, SimulateParams> Compile(int retries) => Compile(retries, services, timeProvider, options);
}

/// <summary>Makes <c>cano.simulate</c> known to a silo.</summary>
internal sealed class SimulateRegistration : IWorkflowRegistration
{
    public string Name => SimulateWorkflow.Key.Name;

    public IWorkflowProgram Compile(IServiceProvider services, TimeProvider timeProvider, CanoOptions options) => new SimulateProgram(services, timeProvider, options);
}
