namespace Cano;

/// <summary>An activation of the batch.</summary>
internal sealed class ModelLeader(Arbiter arbiter, int tag)
{
    internal Arbiter Arbiter => arbiter;

    internal int Tag { get; set; } = tag;

    internal void AddTo(ref Fingerprint print)
    {
        print.Add(arbiter);
        print.Add(Tag);
    }
}

/// <summary>An activation of a partition.</summary>
internal sealed class ModelMember(ResultIndex durable, bool isOwner, int tag)
{
    private TimeSpan _elapsed = TimeSpan.FromHours(1);

    internal PartitionState State { get; } = new(durable, isOwner);

    internal int Tag { get; set; } = tag;

    /// <summary>It answers from then on.</summary>
    internal bool WasTold { get; set; }

    /// <summary>Runs of earlier activations are being stopped.</summary>
    internal bool StopsRuns { get; set; }

    /// <summary>So much later that every pause is over.</summary>
    internal TimeSpan Later() => _elapsed += TimeSpan.FromHours(1);

    /// <summary>Whether a write is due that adds something: those of mere times of starts are left out.</summary>
    internal bool HasToCommit(DateTimeOffset now) =>
        State.UntilCommit(Later()) == TimeSpan.Zero && State.PlanCommit(now) is { Added.Length: > 0 } or { Segment.Seal: not null };

    internal void AddTo(ref Fingerprint print)
    {
        print.Add(State);
        print.Add(Tag);
        print.Add(WasTold);
        print.Add(StopsRuns);
    }
}
