using System.Text.Json;

namespace Cano.Tests.Kubernetes.Rehearsal;

/// <summary>What the batches of a client are like.</summary>
/// <param name="Name">What their ids begin with.</param>
/// <param name="Instances">How many instances each has.</param>
/// <param name="Steps">How many steps an instance takes.</param>
/// <param name="DelayMs">How long the step of the first instance takes, in milliseconds; those of the others take up to half as much again.</param>
/// <param name="Workflow">Which workflow, one that has params like those of <c>cano.simulate</c>.</param>
internal sealed record BatchShape(string Name, int Instances, int Steps, int DelayMs, string Workflow = "cano.simulate")
{
    internal IEnumerable<string> Ids => Enumerable.Range(0, Instances).Select(number => $"i-{number}");

    /// <summary>The batch as the API takes it.</summary>
    internal string Document(string id) => JsonSerializer.Serialize(new
    {
        id,
        timeout = new { kind = "waitForever" },
        instances = Ids.Select((instance, number) => new { id = instance, workflow = Workflow, @params = new { steps = Steps, delayMs = DelayMs + (DelayMs * (number % 10) / 20) } }),
    });
}
