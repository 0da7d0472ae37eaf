using System.Collections.Concurrent;

namespace Cano;

public enum StepState
{
    Start,
    Work,
    Again,
    Done,
    Rejected,
    Nowhere,
}

/// <summary>What a test tells an instance to do.</summary>
/// <param name="Act">Which of the acts below.</param>
/// <param name="Gate">The gate that it waits at.</param>
/// <param name="Number">A number of the act's own.</param>
public sealed record StepParams(string Act = "complete", string? Gate = null, int Number = 0);

/// <summary>Places where instances wait until a test lets them go, and where tests wait until so many have come. Shared by the silos of a cluster, which live in one process.</summary>
public sealed class Gates
{
    private readonly ConcurrentDictionary<string, Gate> _gates = new(StringComparer.Ordinal);

    public Gate this[string name] => _gates.GetOrAdd(name, static name => new(name));

    /// <summary>Lets go of all that wait at any gate.</summary>
    public void OpenAll()
    {
        foreach (Gate gate in _gates.Values)
        {
            gate.Open();
        }
    }

    public sealed class Gate(string name)
    {
        private readonly TaskCompletionSource _open = new(TaskCreationOptions.RunContinuationsAsynchronously);
        private readonly TaskCompletionSource _left = new(TaskCreationOptions.RunContinuationsAsynchronously);
        private readonly Lock _lock = new();
        private readonly List<(int Count, TaskCompletionSource Reached)> _waiters = [];
        private int _inside;

        /// <summary>How many have ever come.</summary>
        public int Arrived { get; private set; }

        /// <summary>The most that were ever inside at once.</summary>
        public int MostInside { get; private set; }

        public ConcurrentBag<string> Ids { get; } = [];

        public void Open() => _open.TrySetResult();

        public void Enter(string id)
        {
            Ids.Add(id);
            lock (_lock)
            {
                Arrived++;
                MostInside = Math.Max(MostInside, ++_inside);
                foreach ((int count, TaskCompletionSource reached) in _waiters)
                {
                    if (Arrived >= count)
                    {
                        reached.TrySetResult();
                    }
                }
            }
        }

        public void Leave()
        {
            lock (_lock)
            {
                if (--_inside == 0)
                {
                    _left.TrySetResult();
                }
            }
        }

        /// <summary>Waits until somebody has come and none is inside any more.</summary>
        public Task LeftAsync() => _left.Task.WaitAsync(TimeSpan.FromSeconds(60), TimeProvider.System);

        public Task WaitOpenAsync(CancellationToken cancellationToken) => _open.Task.WaitAsync(cancellationToken);

        /// <summary>Waits until so many have come.</summary>
        public async Task ArrivedAsync(int count)
        {
            TaskCompletionSource reached = new(TaskCreationOptions.RunContinuationsAsynchronously);
            lock (_lock)
            {
                if (Arrived >= count)
                {
                    return;
                }

                _waiters.Add((count, reached));
            }

            try
            {
                await reached.Task.WaitAsync(TimeSpan.FromSeconds(60), TimeProvider.System);
            }
            catch (TimeoutException)
            {
                throw new TimeoutException($"Gate '{name}': {Arrived} of {count} instances came within 60 s.");
            }
        }
    }
}

/// <summary>The workflow of these tests: one node that does as its params say.</summary>
public static class Steps
{
    public static readonly WorkflowKey<StepState, StepParams> Key = new("test.steps");

    public static void Define(WorkflowBuilder<StepState, StepParams> workflow) => workflow
        .Start(StepState.Start)
        .RegisterNode(StepState.Start, (_, _) => new(StepState.Work), NodeConfig.Minimal)
        .RegisterNode<StepNode>(StepState.Work)
        .RegisterNode(StepState.Again, (_, _) => new(StepState.Work), NodeConfig.Minimal)
        .AddExitStates(StepState.Done, StepState.Rejected);

    public static ConcurrentWorkflowInstance<StepState, StepParams> Instance(string id, string act = "complete", string? gate = null, int number = 0) =>
        new(id, Key, new(act, gate, number));
}

public sealed class StepNode(Gates gates, LiveNodes nodes) : Node<StepState, StepParams, StepParams, int>, IDisposable
{
    private readonly LiveNodes.Life _life = nodes.Begin();

    public override NodeConfig Config => NodeConfig.Minimal;

    public void Dispose() => _life.Dispose();

    public override async ValueTask<StepParams> PrepAsync(WorkflowContext<StepParams> context, CancellationToken cancellationToken)
    {
        if (context.Params.Gate is { } name)
        {
            Gates.Gate gate = gates[name];
            gate.Enter(context.InstanceId);
            try
            {
                await gate.WaitOpenAsync(context.Params.Act == "ignore" ? CancellationToken.None : cancellationToken);
            }
            finally
            {
                gate.Leave();
            }
        }

        return context.Params;
    }

    public override ValueTask<int> ExecAsync(StepParams prep, CancellationToken cancellationToken) => prep.Act switch
    {
        "throw" => throw new InvalidOperationException($"simulated failure of {prep.Number}"),
        _ => new(prep.Number * 2),
    };

    public override async ValueTask<StepState> PostAsync(WorkflowContext<StepParams> context, int exec, CancellationToken cancellationToken)
    {
        switch (context.Params.Act)
        {
            case "reject":
                return StepState.Rejected;
            case "nowhere":
                return StepState.Nowhere;
            case "cycle":
                return StepState.Again;
            case "store":
                context.Store.Append("visits", context.InstanceId);
                context.SetOutput(context.Store.Get<List<string>>("visits"));
                return StepState.Done;
            case "share":
                await context.SharedStore.UpdateAsync<int>("count", count => count + 1, cancellationToken);
                await context.SharedStore.AppendAsync("ids", context.InstanceId, cancellationToken);
                context.SetOutput(await context.SharedStore.KeysAsync(cancellationToken));
                return StepState.Done;
            default:
                context.SetOutput(exec);
                return StepState.Done;
        }
    }
}
