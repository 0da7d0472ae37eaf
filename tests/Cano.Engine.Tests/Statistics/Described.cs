using System.Globalization;

namespace Cano.Engine.Tests;

/// <summary>Statistics as text: two are equal when their texts are. Records compare their arrays by reference, which says nothing here.</summary>
internal static class Described
{
    internal static string Of(BatchStatistics statistics) => string.Join('\n', [
        .. statistics.Variants.Select(one =>
            string.Create(CultureInfo.InvariantCulture, $"{one.Workflow}/{one.Label} {one.Total} {one.Completed} {one.Failed} {one.Cancelled} {Of(one.CompletedDurations)} {Of(one.FailedDurations)}")),
        .. statistics.Errors.Select(one =>
            string.Create(CultureInfo.InvariantCulture, $"{one.Kind} {one.State} {one.Pattern} {one.Count} {one.Example} {string.Join(',', one.InstanceIds)}")),
        $"others {statistics.OtherErrors}",
        Of(statistics.Ends),
        .. statistics.Slowest.Select(one => $"slow {one}"),
        .. statistics.Sample.Select(one => $"sample {one}"),
        .. statistics.Transitions.Select(one => $"{one}"),
    ]);

    internal static string Of(EndTimes ends) => string.Create(
        CultureInfo.InvariantCulture, $"ends {ends.Width} {ends.First} [{string.Join(' ', ends.Completed)}] [{string.Join(' ', ends.Failed)}] [{string.Join(' ', ends.Cancelled)}]");

    internal static string Of(DurationSketch sketch) => $"[{string.Join(' ', sketch.Microseconds.Zip(sketch.Counts, (microseconds, count) => $"{microseconds}x{count}"))}]";
}
