using System.Text;

namespace Cano.Content;

/// <summary>Batches for tests, made short.</summary>
internal static class Submissions
{
    internal static BatchSubmission Of(params IEnumerable<InstanceSpec> instances) => new()
    {
        Id = "batch",
        Timeout = new ConcurrentTimeout.WaitForever(),
        Instances = [.. instances],
    };

    internal static BatchSubmission OfCount(int count, string? json = null) => Of(Enumerable.Range(0, count).Select(i => Instance($"i{i}", json)));

    internal static InstanceSpec Instance(string id, string? json = null, string? label = null, string workflow = "w") =>
        new(id, workflow, json is null ? null : Encoding.UTF8.GetBytes(json), label);

    internal static byte[] Utf8(string text) => Encoding.UTF8.GetBytes(text);
}
