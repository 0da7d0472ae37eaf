using System.Text.Json;

namespace Cano.Tests.Kubernetes.Rehearsal;

/// <summary>What the batches of a client are like.</summary>
/// <param name="Name">What their ids begin with.</param>
/// <param name="Instances">How many instances each has.</param>
/// <param name="Steps">How many steps an instance takes.</param>
/// <param name="DelayMs">How long the step of the first instance takes, in milliseconds; those of the others take up to half as much again.</param>
/// <param name="Workflow">Which workflow, one that has params like those of <c>cano.simulate</c>.</param>
/// <param name="ByLines">True: sent line by line and followed by its events. False: sent as one document and asked for its status again and again.</param>
internal sealed record BatchShape(string Name, int Instances, int Steps, int DelayMs, string Workflow = "cano.simulate", bool ByLines = false)
{
    private static readonly object s_waitForever = new { kind = "waitForever" };

    internal IEnumerable<string> Ids => Enumerable.Range(0, Instances).Select(number => $"i-{number}");

    private IEnumerable<object> InstanceDocuments =>
        Ids.Select((instance, number) => new { id = instance, workflow = Workflow, @params = new { steps = Steps, delayMs = DelayOf(number) } });

    /// <summary>How long the steps of an instance take, in milliseconds.</summary>
    internal int DelayOf(int number) => DelayMs + (DelayMs * (number % 10) / 20);

    /// <summary>The batch as the API takes it.</summary>
    internal string Document(string id) => ByLines
        ? string.Concat(InstanceDocuments.Prepend(new { id, timeout = s_waitForever }).Select(line => $"{JsonSerializer.Serialize(line)}\n"))
        : JsonSerializer.Serialize(new { id, timeout = s_waitForever, instances = InstanceDocuments });
}
