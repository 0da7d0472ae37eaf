namespace Cano;

/// <summary>
/// How long changes wait for others to share a write. One that comes alone, or with few, is not kept waiting; where many come, those of up
/// to <see cref="Longest"/> go together. After a large write the next one waits as well, since each writes all of the store.
/// </summary>
internal sealed class GroupPace
{
    /// <summary>
    /// Fewer than this are not waited for: they come from as many callers, who can't make the next change before this one is answered.
    /// </summary>
    internal const int Few = 4;

    /// <summary>This many are worth a write at once.</summary>
    internal const int Enough = 1_000;

    /// <summary>Without a further change for this long, the group is complete.</summary>
    internal static readonly TimeSpan Quiet = TimeSpan.FromMilliseconds(4);

    /// <summary>
    /// The longest that a change waits for others: a part of what a node usually takes, and many times what a write takes.
    /// </summary>
    internal static readonly TimeSpan Longest = TimeSpan.FromMilliseconds(50);

    /// <summary>
    /// The most that a store writes in a second when changes come singly: a small one is not held up by it, and one of 500 KB takes 20
    /// single changes a second.
    /// </summary>
    private const double BytesPerSecond = 10_000_000;

    /// <summary>What a timer can't tell from nothing.</summary>
    private static readonly TimeSpan s_shortest = TimeSpan.FromMilliseconds(1);

    private int _last;
    private long _written;
    private TimeSpan _pause;

    /// <summary>A write is durable.</summary>
    /// <param name="bytes">How large it was.</param>
    /// <param name="clock">Times the waiting.</param>
    internal void Wrote(long bytes, TimeProvider clock)
    {
        _written = clock.GetTimestamp();
        _pause = TimeSpan.FromSeconds(bytes / BytesPerSecond);
    }

    /// <summary>Waits until the changes that are there are to be written.</summary>
    /// <param name="count">How many there are.</param>
    /// <param name="clock">Times the waiting.</param>
    internal async Task GatherAsync(Func<int> count, TimeProvider clock)
    {
        if (_pause - clock.GetElapsedTime(_written) is var left && left >= s_shortest)
        {
            await Task.Delay(left, clock);
        }

        long begun = clock.GetTimestamp();
        int seen = 0;
        for (int now = count(); IsWorthWaiting(seen, now, clock.GetElapsedTime(begun)); now = count())
        {
            seen = now;
            await Task.Delay(Quiet, clock);
        }

        _last = count();
    }

    /// <param name="seen">How many there were at the last look; 0: there was none.</param>
    /// <param name="now">How many there are now.</param>
    /// <param name="waited">Since the first look.</param>
    internal bool IsWorthWaiting(int seen, int now, TimeSpan waited) =>
        now > seen && now < Enough && Math.Max(now, _last) >= Few && waited < Longest;
}
