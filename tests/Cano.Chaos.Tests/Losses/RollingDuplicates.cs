using System.Collections.Concurrent;
using System.Diagnostics;
using System.Globalization;
using Cano.Chaos.Clusters;
using Orleans.Runtime;

namespace Cano.Chaos.Losses;

/// <summary>
/// What silos tell of their activations and steps while they are replaced, and from it: which steps were taken twice, whether at the same
/// time, and where the grains
/// concerned and their entries in Orleans' directory were.
/// </summary>
internal sealed class RollingDuplicates
{
    private readonly ConcurrentQueue<Told> _told = new();
    private readonly ConcurrentDictionary<ChaosSilo, Life> _lives = new();

    internal void Hear(ChaosSilo silo, string line)
    {
        string[] words = line.Split(' ');
        if (words.Length == 3 && words[0] is "trail" or "took" or "up" or "leaves" or "gone")
        {
            _told.Enqueue(new(Stopwatch.GetTimestamp(), silo, words[0], words[1], words[2]));
        }
    }

    internal void Works(ChaosSilo silo) => _lives[silo] = new(Stopwatch.GetTimestamp());

    internal void IsToldToStop(ChaosSilo silo) => _lives[silo] = _lives[silo] with { Told = Stopwatch.GetTimestamp() };

    internal void HasEnded(ChaosSilo silo) => _lives[silo] = _lives[silo] with { Ended = Stopwatch.GetTimestamp() };

    /// <summary>
    /// Each time that an instance began a step which it had begun before: where it began anew, not every step that it took again from
    /// there.
    /// </summary>
    internal IEnumerable<Duplicate> Find(Func<string, string> holderOf)
    {
        ILookup<string, Told> byKey = _told.ToLookup(one => one.Key);
        foreach (IGrouping<string, Told> instance in _told.Where(one => one.What == "trail").GroupBy(one => one.Key))
        {
            foreach ((Told first, Told second) in instance.Zip(instance.Skip(1)).Where(pair => StepOf(pair.Second) <= StepOf(pair.First)))
            {
                long? ended = byKey[first.Key].FirstOrDefault(one => one.What == "took" && one.Silo == first.Silo && one.Detail == first.Detail && one.At > first.At)?.At;
                string grain = $"workflow/{first.Key}";
                string holder = holderOf(first.Key);
                yield return new()
                {
                    First = first,
                    Second = second,
                    How = ended is null ? "the first was broken off" : ended > second.At ? "beside each other" : "one after the other",
                    Lost = StepOf(first) - StepOf(second) + 1,
                    Leaving = LeavingAt(second.At),
                    InstanceEntry = OwnerAt(grain, first.At),
                    HolderEntry = OwnerAt(holder, first.At),
                    HolderSilo = byKey[holder].LastOrDefault(one => one.What == "up" && one.At < first.At)?.Silo,
                    Story = [.. byKey[first.Key].Concat(byKey[holder]).Concat(byKey[grain]).Where(one => Within(one.At, first.At, second.At)).OrderBy(one => one.At)],
                };
            }
        }
    }

    /// <summary>
    /// How many activations had to go on silos that were not asked to stop, up to a moment before which nothing ends by itself.
    /// </summary>
    internal int SentAway(long until) => _told.Count(one => one.What == "leaves" && one.At < until && one.At < _lives[one.Silo].Told);

    private static int StepOf(Told told) => int.Parse(told.Detail, CultureInfo.InvariantCulture);

    private static bool Within(long at, long first, long second) => at >= first - (Stopwatch.Frequency * 4) && at <= second + (Stopwatch.Frequency * 4);

    private ChaosSilo? LeavingAt(long at) => _lives.Where(life => life.Value.Told <= at && at <= life.Value.Ended + (Stopwatch.Frequency * 15)).OrderBy(life => life.Value.Told).LastOrDefault().Key;

    /// <summary>
    /// The silo whose part of Orleans' directory has a grain's entry: of those that worked, the one with the largest hash that is not
    /// above the grain's.
    /// </summary>
    private ChaosSilo? OwnerAt(string grain, long at)
    {
        int hash = unchecked((int)GrainId.Parse(grain).GetUniformHashCode());
        (ChaosSilo Silo, int Hash)[] ring =
        [
            .. _lives.Where(life => life.Value.Works <= at && at <= life.Value.Ended)
                .Select(life => (life.Key, SiloAddress.FromParsableString(life.Key.Address).GetConsistentHashCode())).OrderBy(one => one.Item2),
        ];
        return ring.Length == 0 ? null : ring.LastOrDefault(one => one.Hash <= hash, ring[^1]).Silo;
    }

    internal sealed record Told(long At, ChaosSilo Silo, string What, string Key, string Detail);

    private sealed record Life(long Works, long Told = long.MaxValue, long Ended = long.MaxValue / 2);

    internal sealed record Duplicate
    {
        internal required Told First { get; init; }

        internal required Told Second { get; init; }

        internal required string How { get; init; }

        /// <summary>How many steps had to be taken again.</summary>
        internal required int Lost { get; init; }

        internal required ChaosSilo? Leaving { get; init; }

        internal required ChaosSilo? InstanceEntry { get; init; }

        internal required ChaosSilo? HolderEntry { get; init; }

        internal required ChaosSilo? HolderSilo { get; init; }

        internal required Told[] Story { get; init; }

        /// <summary>Its class: what the leaving silo had.</summary>
        internal string Class =>
            $"{How}; the leaving silo had: step {Had(First.Silo)}, instance's entry {Had(InstanceEntry)}, partition {Had(HolderSilo)}, partition's entry {Had(HolderEntry)}";

        private string Had(ChaosSilo? silo) => silo is not null && silo == Leaving ? "yes" : "no";
    }
}
