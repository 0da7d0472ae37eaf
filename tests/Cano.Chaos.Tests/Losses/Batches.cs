using Cano.CrashHost;

namespace Cano.Chaos.Losses;

/// <summary>Batches of instances that take steps and leave a trail.</summary>
internal static class Batches
{
    internal static ConcurrentWorkflow<TrailState> Of(
        string id, ConcurrentTimeout timeout, int instances, int steps, int delayMs, int? concurrency = null, int failEvery = 0, string? untilFile = null)
    {
        ConcurrentWorkflowBuilder<TrailState> builder = new ConcurrentWorkflowBuilder<TrailState>(timeout)
            .AddInstances(Enumerable.Range(0, instances).Select(number => new ConcurrentWorkflowInstance<TrailState, TrailParams>(
                $"i-{number}", Trail.Key, new TrailParams(steps, DelayMs: delayMs, FailAtStep: failEvery > 0 && number % failEvery == failEvery - 1 ? steps : 0, UntilFile: untilFile))))
            .WithId(id);
        return (concurrency is { } limit ? builder.WithMaxConcurrency(limit) : builder).Build();
    }
}
