namespace Cano;

/// <summary>An outcome that is not durable yet.</summary>
/// <param name="Index">The instance's place in the partition.</param>
/// <param name="Outcome">What came of it.</param>
/// <param name="Checkpointed">Whether a checkpoint is to be removed once the outcome is durable.</param>
internal sealed record ReadyOutcome(int Index, InstanceOutcome Outcome, bool Checkpointed)
{
    internal StoredResult ToStored(DateTimeOffset now) => new()
    {
        Index = Index,
        FinalState = Outcome.FinalState,
        Error = Outcome.Error,
        Output = Outcome.Output,
        StartedAt = Outcome.StartedAt.UtcTicks,
        FinishedAt = Outcome.FinishedAt.UtcTicks,
        FinalAt = now.UtcTicks,
        Path = Outcome.Path,
    };
}

/// <summary>Outcomes that wait to be written, in the order in which they came. A success must be admitted first; a failure never waits for that.</summary>
internal sealed class ReadyOutcomes
{
    private readonly Queue<ReadyOutcome> _successes = new();
    private readonly Queue<ReadyOutcome> _failures = new();

    internal int Count => _successes.Count + _failures.Count;

    internal int Successes => _successes.Count;

    /// <summary>The places of the successes that nobody has taken.</summary>
    internal IEnumerable<int> RemainingSuccesses => _successes.Select(one => one.Index);

    internal void Add(ReadyOutcome outcome) => (outcome.Outcome.IsSuccess ? _successes : _failures).Enqueue(outcome);

    /// <summary>How many may be written when so many more successes are admitted.</summary>
    internal int Committable(int admitted) => _failures.Count + Math.Min(_successes.Count, Math.Max(0, admitted));

    /// <summary>Takes what may be written, up to about so many bytes, at least one.</summary>
    internal List<ReadyOutcome> Take(int admitted, int maxBytes)
    {
        List<ReadyOutcome> taken = [];
        int bytes = 0;
        while (bytes < maxBytes && (admitted > 0 && _successes.TryDequeue(out ReadyOutcome? next) || _failures.TryDequeue(out next)))
        {
            admitted -= next.Outcome.IsSuccess ? 1 : 0;
            taken.Add(next);
            bytes += 40 + (next.Outcome.Output?.Length ?? 0) + (next.Outcome.Error?.Message.Length ?? 0) + (next.Outcome.Path?.ApproximateBytes ?? 0);
        }

        return taken;
    }
}
