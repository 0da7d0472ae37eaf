using System.Net;
using CsCheck;
using Microsoft.Extensions.Time.Testing;

namespace Cano.Links;

public sealed class LinkTableTests
{
    private static readonly SiloAddress s_a = Silo(1, 100);
    private static readonly SiloAddress s_b = Silo(2, 200);
    private static readonly SiloAddress s_c = Silo(3, 300);

    /// <summary>Silos by age, some of which came in the same second, and the pairs of them that don't reach each other.</summary>
    private static readonly Gen<(SiloAddress[] Silos, bool[] Cut)> s_networks =
        from generations in Gen.Int[1, 4].Array[2, 7]
        from cut in Gen.Frequency((3, Gen.Const(false)), (1, Gen.Const(true))).Array[generations.Length * generations.Length]
        select (generations.Select((generation, i) => Silo(i + 1, generation)).ToArray(), cut);

    private readonly FakeTimeProvider _clock = new();
    private readonly LinkTable _table;

    public LinkTableTests() => _table = new(_clock);

    [Fact]
    public void Record_NoAnswerForTheWholePatience_IsABrokenLink()
    {
        _table.Record([(s_a, true), (s_b, true)]);
        for (int i = 0; i < 7; i++)
        {
            _clock.Advance(TimeSpan.FromSeconds(2));
            _table.Record([(s_a, true), (s_b, false)]);
            Assert.Empty(_table.Reach.Broken);
            Assert.Equal([s_a], _table.Reach.Reached);
        }

        _clock.Advance(TimeSpan.FromSeconds(2));
        _table.Record([(s_a, true), (s_b, false)]);
        Assert.Equal([s_b], _table.Reach.Broken);
    }

    [Fact]
    public void Record_AnAnswerAfterSilence_MakesTheLinkWhole()
    {
        Miss(s_b);
        Assert.Equal([s_b], _table.Reach.Broken);
        _table.Record([(s_b, true)]);
        Assert.Empty(_table.Reach.Broken);
        Assert.Equal([s_b], _table.Reach.Reached);
    }

    [Fact]
    public void Record_SiloThatWasItselfHeldUp_GivesTheOthersTheirChance()
    {
        _table.Record([(s_a, true)]);
        _clock.Advance(TimeSpan.FromMinutes(5));
        _table.Record([(s_a, false)]);
        _table.Record([(s_a, false)]);
        Assert.Empty(_table.Reach.Broken);
        _table.Record([(s_a, false)]);
        Assert.Equal([s_a], _table.Reach.Broken);
    }

    [Fact]
    public void Record_MemberThatNeverAnswered_IsBrokenOnlyAfterThePatience()
    {
        for (int i = 0; i < 5; i++)
        {
            _table.Record([(s_a, false)]);
        }

        Assert.Empty(_table.Reach.Broken);
        _clock.Advance(LinkTable.Patience);
        _table.Record([(s_a, false)]);
        Assert.Equal([s_a], _table.Reach.Broken);
    }

    [Fact]
    public void Record_MemberThatIsNoneAnyMore_IsForgotten()
    {
        Miss(s_b);
        _table.Record([(s_a, true)]);
        Assert.Empty(_table.Reach.Broken);
        _table.Record([(s_a, true), (s_b, false)]);
        Assert.Empty(_table.Reach.Broken);
    }

    [Fact]
    public void Goes_OfAPair_TheYounger()
    {
        Assert.False(LinkTable.Goes(s_a, 1, s_b, 1));
        Assert.True(LinkTable.Goes(s_b, 1, s_a, 1));
    }

    [Fact]
    public void Goes_TheEldestWithMoreBrokenLinks_BeforeTwoThatMissOnlyIt()
    {
        Assert.True(LinkTable.Goes(s_a, 2, s_b, 1));
        Assert.True(LinkTable.Goes(s_a, 2, s_c, 1));
        Assert.False(LinkTable.Goes(s_b, 1, s_a, 2));
    }

    [Fact]
    public void Goes_AnyNetwork_LeavesSilosThatAllReachEachOtherAndNeverNone() => s_networks.Sample(network =>
    {
        (SiloAddress[] silos, bool[] cut) = network;
        List<int> stay = [.. Enumerable.Range(0, silos.Length)];
        int[] BrokenOf(int one) => [.. stay.Where(other => other != one && cut[(Math.Min(one, other) * silos.Length) + Math.Max(one, other)])];
        while (stay.Any(one => BrokenOf(one).Length > 0))
        {
            Dictionary<int, int> counts = stay.ToDictionary(one => one, one => BrokenOf(one).Length);
            int[] go = [.. stay.Where(one => BrokenOf(one).Any(other => LinkTable.Goes(silos[one], counts[one], silos[other], counts[other])))];
            Assert.NotEmpty(go);
            Assert.All(stay.SelectMany(one => BrokenOf(one).Select(other => (one, other))), pair => Assert.NotEqual(
                LinkTable.Goes(silos[pair.one], counts[pair.one], silos[pair.other], counts[pair.other]),
                LinkTable.Goes(silos[pair.other], counts[pair.other], silos[pair.one], counts[pair.one])));
            stay.RemoveAll(go.Contains);
        }

        Assert.NotEmpty(stay);
    });

    /// <summary>A silo answered once, and then not for long enough.</summary>
    private void Miss(SiloAddress silo)
    {
        _table.Record([(silo, true)]);
        for (int i = 0; i < LinkTable.MinMisses; i++)
        {
            _clock.Advance(LinkTable.Patience / LinkTable.MinMisses);
            _table.Record([(silo, false)]);
        }
    }

    private static SiloAddress Silo(int host, int generation) => SiloAddress.New(new IPAddress([10, 0, 0, (byte)host]), 11111, generation);
}
