using Orleans.Storage;

namespace Cano;

/// <summary>A partition's rows in grain storage: <c>cano.partition</c>, <c>cano.segment.0</c>, <c>cano.segment.1</c> ...</summary>
internal sealed class PartitionRows(IGrainStorage storage, string key, TimeProvider? clock = null) : IPartitionRows
{
    internal const string Kind = "partition";
    internal const string SpecName = "cano.partition";

    private readonly Row<PartitionSpec> _spec = new(storage, SpecName, Kind, key, clock);
    private Row<Segment>? _last;
    private int _lastIndex = -1;
    private string? _incarnation;

    public Task<PartitionSpec?> ReadSpecAsync() => _spec.ReadAsync();

    public Task WriteSpecAsync(PartitionSpec spec) => _spec.WriteAsync(spec);

    public async Task<Segment?> ReadSegmentAsync(int index)
    {
        Row<Segment> row = At(index);
        Segment? segment = await row.ReadAsync();
        bool isOfTheChain = segment is not null && (_last is null || segment.Incarnation == _incarnation);
        if (isOfTheChain && index > _lastIndex)
        {
            _last = row;
            _lastIndex = index;
            _incarnation = segment!.Incarnation;
        }

        return segment;
    }

    public async Task WriteSegmentAsync(int index, Segment segment)
    {
        _incarnation = segment.Incarnation;
        if (index == _lastIndex)
        {
            await _last!.WriteAsync(segment);
            return;
        }

        _last = At(index);
        _lastIndex = index;
        try
        {
            await _last.WriteAsync(segment);
        }
        catch (InconsistentStateException)
        {
            // A purge can miss a segment that an older activation was writing at that moment. It belongs to another incarnation, and goes.
            if (await _last.ReadAsync() is not { } present || present.Incarnation == segment.Incarnation)
            {
                throw;
            }

            await _last.WriteAsync(segment);
        }
    }

    internal static string SegmentName(int index) => string.Create(System.Globalization.CultureInfo.InvariantCulture, $"cano.segment.{index}");

    internal static Row<Segment> At(IGrainStorage storage, string key, int index) => new(storage, SegmentName(index), Kind, key);

    private Row<Segment> At(int index) => new(storage, SegmentName(index), Kind, key, clock);
}
