namespace Cano;

/// <summary>An outcome that is not durable yet.</summary>
/// <param name="Index">The instance's place in the partition.</param>
/// <param name="Outcome">What came of it.</param>
/// <param name="Checkpointed">Whether a checkpoint is to be removed once the outcome is durable.</param>
internal sealed record ReadyOutcome(int Index, InstanceOutcome Outcome, bool Checkpointed)
{
    /// <summary>About how many bytes it takes in its row.</summary>
    internal int ApproximateBytes { get; } = StoredResult.Estimate(Outcome.FinalState, Outcome.Output, Outcome.Error, Outcome.Path);

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

/// <summary>
/// Outcomes that wait to be written, in the order in which they came. A success must be admitted first; a failure never waits for that.
/// Pure.
/// </summary>
internal sealed class ReadyOutcomes
{
    private readonly Queue<ReadyOutcome> _successes = new();
    private readonly Queue<ReadyOutcome> _failures = new();

    internal int Count => _successes.Count + _failures.Count;

    internal int Successes => _successes.Count;

    /// <summary>About how many bytes they take in their rows.</summary>
    internal long Bytes { get; private set; }

    /// <summary>The successes that have not been taken out.</summary>
    internal IEnumerable<ReadyOutcome> RemainingSuccesses => _successes;

    internal void Add(ReadyOutcome outcome)
    {
        (outcome.Outcome.IsSuccess ? _successes : _failures).Enqueue(outcome);
        Bytes += outcome.ApproximateBytes;
    }

    /// <summary>How many may be written when so many more successes are admitted.</summary>
    internal int Committable(int admitted) => _failures.Count + Math.Min(_successes.Count, Math.Max(0, admitted));

    /// <summary>
    /// What the next write takes: admitted successes, then failures, up to about so many bytes, at least one if there is one.
    /// </summary>
    internal List<ReadyOutcome> Peek(int admitted, int maxBytes)
    {
        List<ReadyOutcome> next = [];
        int bytes = 0;
        foreach (ReadyOutcome one in _successes.Take(Math.Max(0, admitted)).Concat(_failures))
        {
            if (bytes >= maxBytes)
            {
                break;
            }

            next.Add(one);
            bytes += one.ApproximateBytes;
        }

        return next;
    }

    /// <summary>Takes out what <see cref="Peek"/> answered: it is durable.</summary>
    internal void Remove(List<ReadyOutcome> written)
    {
        foreach (ReadyOutcome one in written)
        {
            (one.Outcome.IsSuccess ? _successes : _failures).Dequeue();
            Bytes -= one.ApproximateBytes;
        }
    }
}
