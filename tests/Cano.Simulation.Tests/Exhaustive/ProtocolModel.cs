namespace Cano;

/// <summary>
/// The pure core alone: an <see cref="Arbiter"/> and two <see cref="PartitionState"/>s, with rows, orders and reports as values. It plays
/// one history, step by step, and
/// checks the promises after each. Nothing is random: what can happen is listed, and the caller chooses.
/// </summary>
internal sealed class ProtocolModel
{
    internal static readonly DateTimeOffset Deadline = SimulatedTime.Start.AddHours(1);

    private readonly ProtocolCase _case;
    private readonly ModelRows _rows;
    private readonly ModelMember[] _current;
    private readonly ModelMember?[] _old;
    private ModelLeader _leader;
    private ModelLeader? _oldLeader;
    private (PartitionOrders Orders, int Partition, bool Overtaken)? _lateOrders;
    private (PartitionReport Report, int Partition)? _lateReport;
    private int _faultsLeft;
    private bool _late;

    internal ProtocolModel(ProtocolCase @case)
    {
        _case = @case;
        _faultsLeft = @case.Faults;
        _rows = new(@case);
        _leader = new(new(_rows.Batch, fresh: true), _rows.BatchTag);
        _current = [.. @case.Sizes.Select((_, p) => new ModelMember(_rows.Open(p), isOwner: true, _rows.Tags[p]))];
        _old = new ModelMember?[@case.Sizes.Length];
    }

    internal bool IsFinished => _rows.Batch.FinishedAt is not null;

    internal ulong State
    {
        get
        {
            Fingerprint print = new();
            _rows.AddTo(ref print);
            _leader.AddTo(ref print);
            _oldLeader?.AddTo(ref print);
            for (int p = 0; p < _current.Length; p++)
            {
                _current[p].AddTo(ref print);
                print.Add(_old[p] is null);
                _old[p]?.AddTo(ref print);
            }

            print.Add(_oldLeader is null);
            print.Add(_lateOrders);
            print.Add(_lateReport);
            print.Add(_faultsLeft);
            print.Add(_late);
            return print.Value;
        }
    }

    private DateTimeOffset Now => _late ? Deadline : SimulatedTime.Start;

    /// <summary>All that can happen now.</summary>
    internal List<Step> Possible()
    {
        List<Step> steps = [];
        if (_leader.Arbiter.Stop is { } stop && (_rows.Batch.Stop is null || (_leader.Arbiter.IsSealed && !IsFinished)))
        {
            steps.Add(new(Happening.WriteBatch));
        }
        else if (_case.CancelRequested && _leader.Arbiter.Stop is null)
        {
            steps.Add(new(Happening.Cancel));
        }

        if (_oldLeader is { Arbiter.Stop: not null })
        {
            steps.Add(new(Happening.WriteBatch, OldBatch: true));
        }

        if (!_late && _case.Timeout.DurationOrNull is not null)
        {
            steps.Add(new(Happening.TimePasses));
        }

        if (_lateOrders is { Partition: var to })
        {
            steps.Add(new(Happening.LateOrdersArrive, to));
        }

        if (_lateReport is { Partition: var from })
        {
            steps.Add(new(Happening.LateReportArrives, from));
        }

        for (int p = 0; p < _current.Length; p++)
        {
            AddOf(p, _current[p], isOld: false, steps);
            if (_old[p] is { } old)
            {
                AddOf(p, old, isOld: true, steps);
            }
        }

        if (_faultsLeft > 0 && !IsFinished)
        {
            AddFaults(steps);
        }

        return steps;
    }

    internal void Play(Step step)
    {
        int p = step.Partition;
        ModelMember member = step.OldPartition ? _old[p]! : _current[p];
        ModelLeader leader = step.OldBatch ? _oldLeader! : _leader;
        _faultsLeft -= step.IsFault ? 1 : 0;
        switch (step.What)
        {
            case Happening.Exchange:
                Tell(p, member, leader.Arbiter.OrdersFor(p, Now));
                if (member.WasTold && member == _current[p])
                {
                    Hear(leader, p, member.State.Report());
                }

                break;
            case Happening.Tell or Happening.ReportIsLost:
                Tell(p, member, leader.Arbiter.OrdersFor(p, Now));
                break;
            case Happening.Hear:
                Hear(leader, p, member.State.Report());
                break;
            case Happening.InstanceEnds:
                member.State.OutcomeCame(step.Instance, _case.OutcomeOf(p, step.Instance), Now, member.Later());
                break;
            case Happening.Commit:
                Commit(p, member);
                break;
            case Happening.RunsStopped:
                member.StopsRuns = false;
                member.State.RunsStopped();
                break;
            case Happening.WriteBatch:
                WriteBatch(leader);
                break;
            case Happening.Cancel:
                leader.Arbiter.RequestCancel(Now);
                break;
            case Happening.TimePasses:
                _late = true;
                _leader.Arbiter.Tick(Now);
                _oldLeader?.Arbiter.Tick(Now);
                break;
            case Happening.LateOrdersArrive:
                (PartitionOrders orders, _, _) = _lateOrders!.Value;
                _lateOrders = null;
                Tell(p, member, orders);
                break;
            case Happening.LateReportArrives:
                (PartitionReport report, _) = _lateReport!.Value;
                _lateReport = null;
                Hear(_leader, p, report);
                break;
            case Happening.OrdersAreLate:
                _lateOrders = (leader.Arbiter.OrdersFor(p, Now), p, false);
                break;
            case Happening.ReportIsLate:
                _lateReport = (member.State.Report(), p);
                break;
            case Happening.PartitionIsLost:
                Reactivate(p);
                break;
            case Happening.PartitionIsDoubled:
                _old[p] = member;
                Reactivate(p);
                break;
            case Happening.BatchIsLost or Happening.BatchIsDoubled:
                _oldLeader = step.What is Happening.BatchIsDoubled ? leader : _oldLeader;
                _rows.TakeOver();
                _leader = new(new(_rows.Batch, fresh: false), _rows.BatchTag);
                break;
        }

        Check();
    }

    private void AddOf(int p, ModelMember member, bool isOld, List<Step> steps)
    {
        if (!_case.IsFine && !_leader.Arbiter.IsDone(p))
        {
            steps.Add(new(Happening.Exchange, p));
        }
        else if (!_leader.Arbiter.IsDone(p))
        {
            steps.Add(new(Happening.Tell, p, OldPartition: isOld));
            if (member.WasTold)
            {
                steps.Add(new(Happening.Hear, p, OldPartition: isOld));
            }
        }

        if (_oldLeader is not null && !isOld)
        {
            steps.Add(new(Happening.Tell, p, OldBatch: true));
            if (member.WasTold)
            {
                steps.Add(new(Happening.Hear, p, OldBatch: true));
            }
        }

        if (member.StopsRuns)
        {
            steps.Add(new(Happening.RunsStopped, p, OldPartition: isOld));
        }

        if (member.HasToCommit(Now))
        {
            steps.Add(new(Happening.Commit, p, OldPartition: isOld));
        }

        for (int i = 0; i < _case.Sizes[p]; i++)
        {
            if (member.State.Window.RunningSince(i) is not null && !member.State.IsStopped)
            {
                steps.Add(new(Happening.InstanceEnds, p, OldPartition: isOld, Instance: i));
            }
        }
    }

    private void AddFaults(List<Step> steps)
    {
        steps.Add(new(Happening.BatchIsLost));
        if (_case.IsFine && _oldLeader is null)
        {
            steps.Add(new(Happening.BatchIsDoubled));
        }

        for (int p = 0; p < _current.Length; p++)
        {
            steps.Add(new(Happening.PartitionIsLost, p));
            if (!_case.IsFine)
            {
                steps.Add(new(Happening.ReportIsLost, p));
                continue;
            }

            if (_old[p] is null)
            {
                steps.Add(new(Happening.PartitionIsDoubled, p));
            }

            if (_lateOrders is null && !_leader.Arbiter.IsDone(p))
            {
                steps.Add(new(Happening.OrdersAreLate, p));
            }

            if (_lateReport is null && _current[p].WasTold)
            {
                steps.Add(new(Happening.ReportIsLate, p));
            }
        }
    }

    /// <summary>
    /// As <see cref="Partition.ExchangeAsync"/> does: a later fence ends it, an epoch is written down first, a lower one is not heeded.
    /// </summary>
    private void Tell(int p, ModelMember member, PartitionOrders orders)
    {
        if (orders.Fence > member.State.Durable.Fence)
        {
            End(p, member);
            return;
        }

        member.State.Obey(orders);
        if (member.State.MustObey && !Commit(p, member))
        {
            return;
        }

        member.WasTold = true;
        if (orders.Epoch < member.State.Durable.Epoch)
        {
            return;
        }

        if (_lateOrders is { } late && late.Partition == p && member == _current[p])
        {
            _lateOrders = late with { Overtaken = true };
        }

        switch (member.State.ApplyOrders(orders, Now))
        {
            case RunOrder.Start:
                while (member.State.Window.Next is >= 0 and var next)
                {
                    member.State.Started(next, Now, member.Later());
                }

                break;
            case RunOrder.Stop when member.State.IsInherited:
                member.StopsRuns = true;
                break;
            case RunOrder.Stop:
                member.State.RunsStopped();
                break;
        }
    }

    private void Hear(ModelLeader leader, int p, PartitionReport report)
    {
        bool isForeseen = leader.Arbiter.IsRecounted && report.Fence == (leader.Arbiter.ReportOf(p)?.Fence ?? 1);
        StopRecord? before = leader.Arbiter.Stop;
        StopRecord? foreseen = leader.Arbiter.StopAfter(p, report, Now);
        Hearing hearing = leader.Arbiter.Hear(p, report, Now);
        if (hearing is Hearing.Superseded)
        {
            Require(leader == _oldLeader, "The latest activation of the batch was superseded.");
            _oldLeader = null;
            return;
        }

        Require(before is null || ReferenceEquals(before, leader.Arbiter.Stop), "A stop was decided twice.");
        Require(!isForeseen || hearing is not Hearing.Taken || Decision(foreseen) == Decision(leader.Arbiter.Stop), "Another stop was decided than foreseen.");
    }

    private static (StopReason?, int?, int?) Decision(StopRecord? stop) => (stop?.Reason, stop?.Completed, stop?.Failed);

    /// <summary>Writes what is planned. False: another activation has written, and this one ends.</summary>
    private bool Commit(int p, ModelMember member)
    {
        PartitionCommit commit = member.State.PlanCommit(Now);
        if (!_rows.TryWrite(p, commit, member.Tag))
        {
            End(p, member);
            return false;
        }

        PartitionReport foreseen = commit.ReportAfter(member.State.Report(), member.State.Durable);
        member.State.Applied(commit, member.Later());
        member.Tag = _rows.Tags[p];
        PartitionReport real = member.State.Report();
        Require(Durable(foreseen) == Durable(real), $"Another report than foreseen: {foreseen}, not {real}.");
        return true;
    }

    private static (int, int, int, bool, string?, string?, DateTimeOffset?) Durable(PartitionReport report) =>
        (report.Completed, report.Failed, report.Cancelled, report.Sealed, report.LastCompleted, report.LastFinal, report.LastFinalAt);

    private void WriteBatch(ModelLeader leader)
    {
        Arbiter arbiter = leader.Arbiter;
        StopRecord stop = arbiter.Stop!;
        BatchState next = _rows.Batch.Stop is null ? _rows.Batch with { Stop = stop } : _rows.Batch with { FinishedAt = Now, Completed = arbiter.Tally.Completed, Failed = arbiter.Tally.Failed };
        if (!_rows.TryWrite(next, leader.Tag))
        {
            Require(leader == _oldLeader, "The latest activation of the batch could not write.");
            _oldLeader = null;
            return;
        }

        leader.Tag = _rows.BatchTag;
        if (next.FinishedAt is null)
        {
            arbiter.StopIsDurable(stop, []);
        }
    }

    private void End(int p, ModelMember member)
    {
        if (member == _old[p])
        {
            _old[p] = null;
        }
        else
        {
            Reactivate(p);
        }
    }

    private void Reactivate(int p)
    {
        _current[p] = new(_rows.Open(p), isOwner: false, _rows.Tags[p]);
    }

    private void Check()
    {
        _rows.Check();
        Arbiter arbiter = _leader.Arbiter;
        Require(arbiter.Tally.Completed <= _rows.Completed && arbiter.Tally.Failed <= _rows.Failed, "More is counted than is durable.");
        Require(arbiter.Stop is null || _rows.Batch.Stop is null || arbiter.Stop == _rows.Batch.Stop, "Another stop than the durable one.");
        Require(!IsFinished || (_rows.AllFinal && (_rows.Batch.Completed, _rows.Batch.Failed) == (_rows.Completed, _rows.Failed)), "The counts at the end are wrong.");
    }

    internal static void Require(bool holds, string otherwise)
    {
        if (!holds)
        {
            throw new InvalidOperationException(otherwise);
        }
    }
}
