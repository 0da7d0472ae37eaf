using System.Globalization;
using System.Text.Json;

namespace Cano.Tests.Http;

/// <summary>Statistics are made from what is durable: another process has the same ones.</summary>
public sealed class StatisticsRestartTests(ApiProcess api) : IClassFixture<ApiProcess>
{
    private const int All = 2_500;

    [Fact]
    public async Task Statistics_OfSeveralPartitions_AddUpExactlyAndAreTheSameAfterARestart()
    {
        string lines = string.Join('\n', Enumerable.Range(0, All).Select(number =>
            $$"""{ "id": "i{{number}}", "workflow": "cano.simulate", "label": "l{{number % 60}}", "params": { {{(number % 10 == 0 ? "\"throwAtStep\": 1" : "")}} } }"""));
        await api.StartLinesAsync("""{ "id": "large", "timeout": { "kind": "waitForever" } }""" + "\n" + lines);
        await api.FollowAsync("large");

        Answer before = await api.GetAsync("/api/batches/large/statistics");
        await api.RestartAsync();
        Answer after = await api.GetAsync("/api/batches/large/statistics");

        Assert.Equal(before.Text, after.Text);
        JsonElement all = after.Json;
        Assert.Equal((All, All * 9 / 10, All / 10, 0), (Count(all, "total"), Count(all, "completed"), Count(all, "failed"), Count(all, "cancelled")));
        Assert.Equal((All * 9 / 10, All / 10), (Sum(all, "histogram", "completed"), Sum(all, "histogram", "failed")));
        Assert.Equal((All * 9 / 10, All / 10), (Sum(all, "ends", "completed"), Sum(all, "ends", "failed")));
        JsonElement[] variants = [.. all.GetProperty("variants").EnumerateArray()];
        Assert.Equal(50, variants.Length);
        Assert.All(variants[..49].Index(), one => Assert.Equal(
            ($"l{one.Index}", Enumerable.Range(0, All).Count(number => number % 60 == one.Index)),
            (one.Item.GetProperty("label").GetString(), Count(one.Item, "total"))));
        Assert.Equal((JsonValueKind.Null, All - variants[..49].Sum(one => Count(one, "total"))), (variants[49].GetProperty("workflow").ValueKind, Count(variants[49], "total")));
        Assert.Equal((All / 10, "simulated failure at step #"), (Count(all.GetProperty("errors")[0], "count"), all.GetProperty("errors")[0].GetProperty("pattern").GetString()));

        JsonElement timeline = all.GetProperty("timeline");
        Assert.Equal(0.8, timeline.GetProperty("share").GetDouble());
        int[] ordinals = [.. timeline.GetProperty("instances").EnumerateArray().Select(one => Count(one, "ordinal"))];
        Assert.InRange(ordinals.Length, 1_850, 2_150);
        Assert.Equal(ordinals.Distinct().Order(), ordinals);
        Assert.All(timeline.GetProperty("instances").EnumerateArray(), one => Assert.Equal(Count(one, "ordinal").ToString(CultureInfo.InvariantCulture), one.GetProperty("id").GetString()![1..]));
    }

    private static int Count(JsonElement one, string member) => one.GetProperty(member).GetInt32();

    private static int Sum(JsonElement all, string bars, string count) => all.GetProperty(bars).EnumerateArray().Sum(bar => Count(bar, count));
}
