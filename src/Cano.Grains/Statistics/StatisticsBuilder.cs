namespace Cano;

/// <summary>
/// Adds up what came of instances: one by one in a partition, partition by partition for a batch. Both make the same kind of numbers, so
/// that either can go on from the other.
/// </summary>
/// <param name="sampleShare">Which share of the instances is in the sample, from 0 to 1.</param>
/// <param name="maxVariants">How many variants are told apart; the last takes in all others. A partition puts none together: which come
/// first in the batch is not for it to say.</param>
internal sealed class StatisticsBuilder(double sampleShare = 1, int maxVariants = BatchStatistics.MaxVariants)
{
    private readonly Dictionary<(string? Workflow, string? Label), VariantTally> _variants = [];
    private readonly ErrorGroups _errors = new();
    private readonly EndTimesBuilder _ends = new();
    private readonly List<InstanceTimes> _slowest = [];
    private readonly List<InstanceTimes> _sample = [];
    private readonly Dictionary<(string Workflow, string From, string To), int> _transitions = [];

    /// <summary>Adds an instance that has no outcome yet.</summary>
    internal void Add(int ordinal, InstanceSpec instance, DateTimeOffset? runningSince)
    {
        Tally(instance.Workflow, instance.Label).Total++;
        if (runningSince is { } since && IsSampled(instance.Id))
        {
            _sample.Add(new(ordinal, instance.Id, null, since.UtcTicks, 0));
        }
    }

    /// <summary>Adds an instance whose outcome is final.</summary>
    internal void Add(InstanceResult result)
    {
        VariantTally tally = Tally(result.Workflow, result.Label);
        tally.Total++;
        tally.Count(result.Outcome, result.Duration);
        _ends.Add(result.Outcome, (result.FinishedAt ?? result.FinalAt).UtcTicks);
        if (result.Error is { } error)
        {
            _errors.Add(error, result.Id);
        }

        if (result.Path is { } path)
        {
            AddPath(result, path);
        }

        if (result.StartedAt is not { } started || result.FinishedAt is not { } finished)
        {
            return;
        }

        InstanceTimes span = new(result.Ordinal, result.Id, result.Outcome, started.UtcTicks, finished.UtcTicks);
        if (result.Outcome is not WorkflowOutcome.Cancelled)
        {
            AddSlow(span);
        }

        if (IsSampled(result.Id))
        {
            _sample.Add(span);
        }
    }

    /// <summary>Adds what was added up elsewhere; instances of the same sample.</summary>
    internal void Add(BatchStatistics part)
    {
        foreach (VariantStatistics variant in part.Variants)
        {
            Tally(variant.Workflow, variant.Label).Add(variant);
        }

        foreach (ErrorGroup group in part.Errors)
        {
            _errors.Add(group);
        }

        _errors.AddOthers(part.OtherErrors);
        _ends.Add(part.Ends);
        foreach (InstanceTimes span in part.Slowest)
        {
            AddSlow(span);
        }

        _sample.AddRange(part.Sample);
        foreach (Transition transition in part.Transitions)
        {
            AddTransition(transition.Workflow, transition.From, transition.To, transition.Count);
        }
    }

    internal BatchStatistics Build() => new()
    {
        Variants = [.. _variants.Select(one => one.Value.Build(one.Key.Workflow, one.Key.Label))],
        Errors = _errors.Build(out int others),
        OtherErrors = others,
        Ends = _ends.Build(),
        Slowest = [.. _slowest],
        Sample = [.. _sample.OrderBy(span => span.Ordinal)],
        Transitions = [.. _transitions.Select(one => new Transition(one.Key.Workflow, one.Key.From, one.Key.To, one.Value)).OrderByDescending(one => one.Count)],
    };

    private VariantTally Tally(string? workflow, string? label)
    {
        (string? Workflow, string? Label) key = (workflow, label);
        if (!_variants.ContainsKey(key) && _variants.Count >= maxVariants - 1 && workflow is not null)
        {
            key = (null, null);
        }

        if (!_variants.TryGetValue(key, out VariantTally? tally))
        {
            _variants.Add(key, tally = new());
        }

        return tally;
    }

    /// <summary>By a hash of the id: the same ones at every asking, and everywhere.</summary>
    private bool IsSampled(string id) => sampleShare >= 1 || StableHash.ComputeHash(id) < sampleShare * uint.MaxValue;

    private void AddSlow(InstanceTimes span)
    {
        int place = _slowest.FindIndex(one => one.FinishedAt - one.StartedAt < span.FinishedAt - span.StartedAt);
        if (place < 0 && _slowest.Count == BatchStatistics.MaxSlowest)
        {
            return;
        }

        _slowest.Insert(place < 0 ? _slowest.Count : place, span);
        if (_slowest.Count > BatchStatistics.MaxSlowest)
        {
            _slowest.RemoveAt(BatchStatistics.MaxSlowest);
        }
    }

    /// <summary>
    /// Each step leads to the next, and the last one to the exit state; where steps were left out in the middle, nobody knows what followed
    /// what.
    /// </summary>
    private void AddPath(InstanceResult result, InstancePath path)
    {
        int gap = path.Omitted > 0 ? InstancePath.FirstSteps : -1;
        for (int step = 1; step < path.Steps.Length; step++)
        {
            if (step != gap)
            {
                AddTransition(result.Workflow, path.Steps[step - 1].State, path.Steps[step].State, 1);
            }
        }

        if (result.FinalState is { } exit && path.Steps is [.., var last])
        {
            AddTransition(result.Workflow, last.State, exit, 1);
        }
    }

    private void AddTransition(string workflow, string from, string to, int count)
    {
        (string Workflow, string From, string To) key = (workflow, from, to);
        if (_transitions.Count < BatchStatistics.MaxTransitions || _transitions.ContainsKey(key))
        {
            _transitions[key] = _transitions.GetValueOrDefault(key) + count;
        }
    }
}
