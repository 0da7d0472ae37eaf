using CsCheck;

namespace Cano.Engine.Tests;

public sealed class EndTimesBuilderTests
{
    private static readonly long s_noon = new DateTimeOffset(2026, 11, 22, 12, 0, 0, TimeSpan.Zero).UtcTicks;

    private static readonly Gen<(WorkflowOutcome Outcome, long Ticks)[]> s_ends =
        Gen.Select(Gen.Enum<WorkflowOutcome>(), Gen.Double[3, 14.5].Select(size => s_noon + (long)Math.Pow(10, size))).Array[1, 200];

    [Fact]
    public void Build_AnyEnds_KeepsAllInFewSpansWhereTheyBelong() => s_ends.Sample(ends =>
    {
        EndTimes built = Added(ends).Build();

        Assert.InRange(built.Completed.Length, 1, EndTimesBuilder.MaxSpans);
        Assert.Equal((built.Completed.Length, built.Completed.Length), (built.Failed.Length, built.Cancelled.Length));
        foreach ((WorkflowOutcome outcome, int[] counts) in ((WorkflowOutcome, int[])[])[(WorkflowOutcome.Completed, built.Completed), (WorkflowOutcome.Failed, built.Failed), (WorkflowOutcome.Cancelled, built.Cancelled)])
        {
            int[] expected = new int[counts.Length];
            foreach ((_, long ticks) in ends.Where(end => end.Outcome == outcome))
            {
                expected[(ticks / built.Width) - built.First]++;
            }

            Assert.Equal(expected, counts);
        }
    });

    [Fact]
    public void Build_AnySplitInAnyOrder_IsTheSame() => Gen.Select(s_ends, Gen.Int[1, 7]).Sample((ends, size) =>
    {
        EndTimesBuilder merged = new();
        foreach ((WorkflowOutcome Outcome, long Ticks)[] part in ends.Chunk(size).Reverse())
        {
            merged.Add(Added(part).Build());
            merged.Add(EndTimes.None);
        }

        Assert.Equal(Described.Of(Added(ends).Build()), Described.Of(merged.Build()));
    });

    [Fact]
    public void Build_OneAndMany_AreAsNarrowAsTheirTimeAllows()
    {
        Assert.Same(EndTimes.None, new EndTimesBuilder().Build());

        EndTimes one = Added([(WorkflowOutcome.Failed, s_noon + 5)]).Build();
        Assert.Equal((TimeSpan.TicksPerMillisecond, s_noon / TimeSpan.TicksPerMillisecond, 1), (one.Width, one.First, one.Failed.Single()));

        EndTimes fits = Added([.. Enumerable.Range(0, 120).Select(at => (WorkflowOutcome.Completed, s_noon + (at * TimeSpan.TicksPerMillisecond)))]).Build();
        Assert.Equal((TimeSpan.TicksPerMillisecond, 120), (fits.Width, fits.Completed.Length));

        EndTimes wider = Added([.. Enumerable.Range(0, 121).Select(at => (WorkflowOutcome.Completed, s_noon + (at * TimeSpan.TicksPerMillisecond)))]).Build();
        Assert.Equal((2 * TimeSpan.TicksPerMillisecond, 61), (wider.Width, wider.Completed.Length));
    }

    [Fact]
    public void Add_AMillionAcrossAYear_FitsToo()
    {
        EndTimes all = Added([(WorkflowOutcome.Completed, s_noon), (WorkflowOutcome.Completed, s_noon + TimeSpan.FromDays(365).Ticks)]).Build();
        EndTimesBuilder sum = new();
        for (int part = 0; part < 1_000; part++)
        {
            sum.Add(all with { Completed = [.. all.Completed.Select(count => count * 500)] });
        }

        Assert.Equal(1_000_000, sum.Build().Completed.Sum());
    }

    private static EndTimesBuilder Added(IEnumerable<(WorkflowOutcome Outcome, long Ticks)> ends)
    {
        EndTimesBuilder builder = new();
        foreach ((WorkflowOutcome outcome, long ticks) in ends)
        {
            builder.Add(outcome, ticks);
        }

        return builder;
    }
}
