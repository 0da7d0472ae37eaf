using System.Collections.Frozen;
using System.Runtime.CompilerServices;

namespace Cano;

/// <summary>
/// Finds what belongs to a state. Enums whose values lie close together, which is nearly all of them, cost one array access: a dictionary
/// keyed by an enum would cost more than everything else in a transition.
/// </summary>
internal sealed class StateTable<TState, TEntry>
    where TState : struct, Enum
    where TEntry : class
{
    private const ulong MaxSpan = 1_024;

    private readonly long _lowest;
    private readonly TEntry?[] _dense = [];
    private readonly FrozenDictionary<long, TEntry>? _sparse;

    internal StateTable(IEnumerable<KeyValuePair<TState, TEntry>> entries)
    {
        Dictionary<long, TEntry> all = entries.ToDictionary(entry => Bits(entry.Key), entry => entry.Value);
        _lowest = all.Keys.Min();
        ulong span = (ulong)(all.Keys.Max() - _lowest);
        if (span >= MaxSpan)
        {
            _sparse = all.ToFrozenDictionary();
            return;
        }

        _dense = new TEntry?[(int)span + 1];
        foreach ((long bits, TEntry entry) in all)
        {
            _dense[bits - _lowest] = entry;
        }
    }

    /// <summary>The entry of a state, defined in the enum or not; null when there is none.</summary>
    internal TEntry? Find(TState state)
    {
        long bits = Bits(state);
        if (_sparse is not null)
        {
            return _sparse.GetValueOrDefault(bits);
        }

        // Wraps around for states below the lowest, which makes them too large as well.
        ulong index = (ulong)(bits - _lowest);
        return index < (ulong)_dense.Length ? _dense[index] : null;
    }

    /// <summary>Different for different states, whatever the enum's underlying type.</summary>
    private static long Bits(TState state) => Unsafe.SizeOf<TState>() switch
    {
        1 => Unsafe.BitCast<TState, sbyte>(state),
        2 => Unsafe.BitCast<TState, short>(state),
        4 => Unsafe.BitCast<TState, int>(state),
        _ => Unsafe.BitCast<TState, long>(state),
    };
}
