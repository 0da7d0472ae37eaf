using System.Text.Json;
using System.Text.Json.Serialization;

namespace Cano;

/// <summary>
/// What an instance of <c>cano.simulate</c> is to do. Members that are not known make it fail with kind <c>invalid-params</c>.
/// </summary>
[JsonUnmappedMemberHandling(JsonUnmappedMemberHandling.Disallow)]
public sealed record SimulateParams : IJsonOnDeserialized
{
    /// <summary>How many times <see cref="SimulateState.Working"/> is entered, one transition each; 0 or more.</summary>
    /// <value>1.</value>
    public int Steps { get; init; } = 1;

    /// <summary>How long each step waits, in milliseconds; 0 or more.</summary>
    /// <value>0.</value>
    public int DelayMs { get; init; }

    /// <summary>Which step, counted from 1, moves to <see cref="SimulateState.Rejected"/>; null for none.</summary>
    /// <value>Null.</value>
    public int? RejectAtStep { get; init; }

    /// <summary>Which step, counted from 1, throws; null for none.</summary>
    /// <value>Null.</value>
    public int? ThrowAtStep { get; init; }

    /// <summary>How often a step is tried again after it threw, without delay; 0 to 1,000,000.</summary>
    /// <value>0.</value>
    public int Retries { get; init; }

    /// <summary>From which attempt on, counted from 1, the step no longer throws; null: it always does.</summary>
    /// <value>Null.</value>
    public int? SucceedOnAttempt { get; init; }

    /// <summary>True: a step waits to its end whatever its token says.</summary>
    /// <value>False.</value>
    public bool IgnoreCancellation { get; init; }

    /// <summary>True: a step blocks its thread instead of awaiting.</summary>
    /// <value>False.</value>
    public bool Block { get; init; }

    /// <summary>Becomes the output; undefined when it is left out.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)]
    public JsonElement Output { get; init; }

    internal static SimulateParams Default { get; } = new();

    void IJsonOnDeserialized.OnDeserialized()
    {
        Require(Steps >= 0, "steps", Steps, "0 or more");
        Require(DelayMs >= 0, "delayMs", DelayMs, "0 or more");
        Require(Retries is >= 0 and <= 1_000_000, "retries", Retries, "0 to 1,000,000");
        Require(RejectAtStep is null or >= 1, "rejectAtStep", RejectAtStep, "1 or more");
        Require(ThrowAtStep is null or >= 1, "throwAtStep", ThrowAtStep, "1 or more");
        Require(SucceedOnAttempt is null or >= 1, "succeedOnAttempt", SucceedOnAttempt, "1 or more");
    }

    private static void Require(bool holds, string name, int? value, string range)
    {
        if (!holds)
        {
            throw new JsonException($"{name} was {value}; it must be {range}.", $"$.{name}", null, null);
        }
    }
}
