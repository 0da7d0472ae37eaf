using Cano.Contracts.Tests.Wire;

namespace Cano.Contracts.Tests.States;

/// <summary>Rows are kept small by what their results are thought to take: for paths, it must not be less than they do take.</summary>
public sealed class PathSizeTests(Serializers serializers) : IClassFixture<Serializers>
{
    private static readonly long s_day = TimeSpan.FromDays(1).Ticks;

    [Theory]
    [InlineData(1, null)]
    [InlineData(4, null)]
    [InlineData(32, null)]
    [InlineData(32, "no network")]
    [InlineData(32, "schließt nicht")]
    public void ApproximateBytes_OfAPath_AreNotLessThanItTakes(int steps, string? error)
    {
        // Names of their own: a name that is there already is written as a reference to it.
        PathStep[] made = [.. Enumerable.Range(0, steps).Select(number => new PathStep($"State{number}", s_day + number, s_day, 4, error is null ? null : $"{error} {number}"))];
        InstancePath path = new(made, Omitted: 1_000_000, FromCheckpoint: true);

        int more = Bytes(path) - Bytes(null);

        Assert.InRange(more, path.ApproximateBytes / 2, path.ApproximateBytes);
    }

    private int Bytes(InstancePath? path) =>
        serializers.Binary.Serialize(new Segment { Results = [.. Enumerable.Range(0, 20).Select(index => new StoredResult { Index = index, Path = index == 10 ? path : null })] })
            .ToArray().Length;
}
