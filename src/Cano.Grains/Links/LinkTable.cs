using System.Collections.Immutable;

namespace Cano;

/// <summary>
/// Which of the other members answer a silo, and which have not for so long that the link to them counts as broken. One writes, anybody
/// reads.
/// </summary>
internal sealed class LinkTable(TimeProvider clock)
{
    /// <summary>
    /// No answer for this long, and to <see cref="MinMisses"/> pings in a row, is a broken link. Orleans declares a silo that nobody
    /// reaches dead before that.
    /// </summary>
    internal static readonly TimeSpan Patience = TimeSpan.FromSeconds(15);

    /// <summary>A silo that was itself held up has not heard for long, but has not asked either.</summary>
    internal const int MinMisses = 3;

    private readonly Dictionary<SiloAddress, Link> _links = [];
    private volatile Reach _reach = new([], []);

    /// <summary>What the last round of pings has shown.</summary>
    internal Reach Reach => _reach;

    /// <summary>Takes down what came of a ping to every other active member. Those that are missing here are members no more.</summary>
    internal void Record(IEnumerable<(SiloAddress Silo, bool Answered)> pings)
    {
        long now = clock.GetTimestamp();
        (SiloAddress Silo, bool Answered)[] all = [.. pings];
        foreach (SiloAddress gone in _links.Keys.Except(all.Select(ping => ping.Silo)).ToArray())
        {
            _links.Remove(gone);
        }

        foreach ((SiloAddress silo, bool answered) in all)
        {
            _links[silo] = answered ? new(now, 0) : _links.TryGetValue(silo, out Link link) ? link with { Misses = link.Misses + 1 } : new(now, 1);
        }

        _reach = new(
            [.. _links.Where(one => one.Value.Misses == 0).Select(one => one.Key)],
            [.. _links.Where(one => one.Value.Misses >= MinMisses && clock.GetElapsedTime(one.Value.HeardAt, now) >= Patience).Select(one => one.Key)]);
    }

    /// <summary>
    /// Whether a silo is the one to go, of two that do not reach each other: the one with more broken links, or else the younger. Both come
    /// to the same answer, and of any number of silos one always stays: the eldest of those with the fewest broken links never goes.
    /// </summary>
    /// <param name="self">The silo.</param>
    /// <param name="broken">How many members it does not reach.</param>
    /// <param name="other">A member that it does not reach.</param>
    /// <param name="othersBroken">How many members that one does not reach.</param>
    internal static bool Goes(SiloAddress self, int broken, SiloAddress other, int othersBroken) =>
        (broken.CompareTo(othersBroken), self.Generation.CompareTo(other.Generation)) switch
        {
            (not 0 and var more, _) => more > 0,
            (_, not 0 and var younger) => younger > 0,
            _ => self.CompareTo(other) > 0,
        };

    /// <summary>When a member was last heard of, or first asked, and how many pings it has not answered since.</summary>
    private readonly record struct Link(long HeardAt, int Misses);
}

/// <summary>The other members, seen from one.</summary>
/// <param name="Reached">Those that answered the last ping.</param>
/// <param name="Broken">Those to which the link is broken.</param>
internal sealed record Reach(ImmutableArray<SiloAddress> Reached, ImmutableArray<SiloAddress> Broken);
