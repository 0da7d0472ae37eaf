using CsCheck;

namespace Cano;

public sealed class WaitStrategyTests
{
    private static readonly DateTimeOffset s_start = SimulatedTime.Start;

    private static readonly Gen<(int Total, int Quota, int Completed, int Failed, bool Cancel, int Now, int Deadline)> s_moments =
        from total in Gen.Int[1, 1_000]
        from quota in Gen.Int[1, 1_200]
        from completed in Gen.Int[0, total]
        from failed in Gen.Int[0, total - completed]
        from cancel in Gen.Bool
        from now in Gen.Int[0, 100]
        from deadline in Gen.Int[1, 100]
        select (total, quota, completed, failed, cancel, now, deadline);

    [Fact]
    public void Decide_AnyMoment_FollowsTheTieRule() => s_moments.Sample(m =>
    {
        foreach (bool hasQuota in new[] { false, true })
        {
            foreach (bool hasDeadline in new[] { false, true })
            {
                TimeSpan duration = TimeSpan.FromSeconds(m.Deadline);
                ConcurrentTimeout timeout = (hasQuota, hasDeadline) switch
                {
                    (false, false) => new ConcurrentTimeout.WaitForever(),
                    (true, false) => new ConcurrentTimeout.WaitForQuota(m.Quota),
                    (false, true) => new ConcurrentTimeout.WaitDuration(duration),
                    _ => new ConcurrentTimeout.WaitQuotaOrDuration(m.Quota, duration),
                };
                DateTimeOffset now = s_start.AddSeconds(m.Now);
                StopRecord? stop = WaitStrategy.Decide(
                    timeout, m.Total, new(m.Completed, m.Failed, "completed", "final"), hasDeadline ? s_start + duration : null, m.Cancel, now);

                StopReason? expected =
                    hasQuota && m.Completed >= m.Quota ? StopReason.QuotaReached
                    : m.Completed + m.Failed == m.Total ? StopReason.AllFinished
                    : m.Cancel ? StopReason.Cancelled
                    : hasDeadline && m.Now >= m.Deadline ? StopReason.DurationElapsed
                    : null;
                Assert.Equal(expected, stop?.Reason);
                if (stop is not null)
                {
                    Assert.Equal((now, m.Completed, m.Failed), (stop.At, stop.Completed, stop.Failed));
                    Assert.Equal(expected switch { StopReason.QuotaReached => "completed", StopReason.AllFinished => "final", _ => null }, stop.DecidedBy);
                }
            }
        }
    });

    [Fact]
    public void Decide_LastInstanceFillsTheQuotaAtTheDeadlineOfACancelledBatch_IsQuotaReached()
    {
        ConcurrentTimeout timeout = new ConcurrentTimeout.WaitQuotaOrDuration(2, TimeSpan.FromSeconds(1));

        StopRecord? stop = WaitStrategy.Decide(timeout, 2, new(2, 0, "b", "b"), s_start.AddSeconds(1), cancelRequested: true, s_start.AddSeconds(5));

        Assert.Equal(new StopRecord(StopReason.QuotaReached, s_start.AddSeconds(5), "b", 2, 0), stop);
    }
}
