using System.Collections;
using System.Globalization;

namespace Cano;

/// <summary>What every log entry of an attempt bears. A value, so that it costs nothing where no provider takes scopes.</summary>
internal readonly record struct AttemptLogScope(string BatchId, string InstanceId, string Workflow, string State, int Attempt)
    : IReadOnlyList<KeyValuePair<string, object?>>
{
    public int Count => 5;

    public KeyValuePair<string, object?> this[int index] => index switch
    {
        0 => new(nameof(BatchId), BatchId),
        1 => new(nameof(InstanceId), InstanceId),
        2 => new(nameof(Workflow), Workflow),
        3 => new(nameof(State), State),
        4 => new(nameof(Attempt), Attempt),
        _ => throw new ArgumentOutOfRangeException(nameof(index)),
    };

    public IEnumerator<KeyValuePair<string, object?>> GetEnumerator()
    {
        for (int index = 0; index < Count; index++)
        {
            yield return this[index];
        }
    }

    /// <summary>As providers write it that know scopes as text only.</summary>
    public override string ToString() => string.Create(
        CultureInfo.InvariantCulture, $"BatchId:{BatchId} InstanceId:{InstanceId} Workflow:{Workflow} State:{State} Attempt:{Attempt}");

    IEnumerator IEnumerable.GetEnumerator() => GetEnumerator();
}
