using System.Collections.Concurrent;
using System.Text.Json.Serialization.Metadata;

namespace Cano;

/// <summary>What is known about a type whose values are written: whether its contract keeps them whole, and where that was tried.</summary>
internal sealed class ValueContract
{
    /// <summary>Places whose first value is tried, for each type: keys that are made of ids must not take memory without end.</summary>
    private const int MaxTriedPlaces = 100;

    private readonly ConcurrentDictionary<ValuePlace, bool> _tried = new();
    private readonly Lazy<JsonTypeInfo> _compact;
    private readonly bool _isTriedAlways;
    private int _triedPlaces;

    internal ValueContract(Type type, ValueFormat format)
    {
        Type = type;
        Format = format;
        _isTriedAlways = ContractFaults.Find(type, format.Options, out SubmissionFault? fault).HasConditions;
        Fault = fault;
        TypeInfo = Fault is null ? format.Options.GetTypeInfo(type) : null!;
        _compact = new(() => format.Compact.GetTypeInfo(type));
    }

    internal Type Type { get; }

    internal ValueFormat Format { get; }

    /// <summary>Why values of the type can't be kept whole, and where; null: they can, as far as a contract tells.</summary>
    internal SubmissionFault? Fault { get; }

    /// <summary>How values are written; only where there is no fault.</summary>
    internal JsonTypeInfo TypeInfo { get; }

    /// <summary>The same with letters of all languages as they are; only where there is no fault.</summary>
    internal JsonTypeInfo Compact => _compact.Value;

    /// <summary>Whether a value at this place is still to be tried by reading it back.</summary>
    internal bool IsUntried(ValuePlace place) =>
        _isTriedAlways || (Volatile.Read(ref _triedPlaces) < MaxTriedPlaces && !_tried.ContainsKey(place));

    /// <summary>Notes that a value at this place was read back whole.</summary>
    internal void NoteTried(ValuePlace place)
    {
        if (!_isTriedAlways && _tried.TryAdd(place, true))
        {
            Interlocked.Increment(ref _triedPlaces);
        }
    }
}
