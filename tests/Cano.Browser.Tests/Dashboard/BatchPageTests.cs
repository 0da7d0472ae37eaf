using Cano.Tests.Browsers;
using Cano.Tests.Pages;
using Microsoft.Playwright;

namespace Cano.Tests.Dashboard;

/// <summary>A batch's own page.</summary>
public sealed class BatchPageTests(HeldApi held, SharedBrowser browser) : DashboardTests(held.Process, browser), IClassFixture<HeldApi>
{
    [Fact]
    public async Task Batch_Runs_IsFollowedToItsEnd()
    {
        // Two at a time, so that no other can run beside the two that are held.
        string id = await StartAsync(
            "followed",
            """{ "kind": "waitForQuota", "quota": 20 }""",
            Enumerable.Range(0, 40).Select(i => i is 10 or 11 ? held.Instance($"a{i}", until: "seen") : Instance($"a{i}", 20, throwAtStep: i == 3 ? 1 : null)),
            maxConcurrency: 2);
        PageSession session = await OpenAsync($"/batches/{id}");
        IPage page = session.Page;

        await Expect(page.Locator("#phase")).ToContainTextAsync("running");
        await Expect(page.GetByText("about", new() { Exact = false }).First).ToBeVisibleAsync();
        held.LetEnd("seen");
        await Expect(page.Locator("#phase")).ToContainTextAsync("finished");

        await Expect(Tile(page, "Completed")).ToHaveTextAsync("20");
        await Expect(Tile(page, "Failed")).ToHaveTextAsync("1");
        await Expect(Tile(page, "Cancelled")).ToHaveTextAsync("19");
        await Expect(page.Locator("#stop")).ToContainTextAsync("Its quota was reached");
        await Expect(page.Locator("#stop")).ToContainTextAsync("At that moment 20 were completed and 1 failed; of the other 19, 19 were cancelled.");
        await Expect(page.Locator("#percentiles")).ToContainTextAsync("p99");
        await Expect(page.Locator("#durations")).ToHaveAttributeAsync("aria-label", new System.Text.RegularExpressions.Regex("^Half of 21 instances took up to"));
        await Expect(page.Locator("#ends")).ToHaveAttributeAsync("aria-label", new System.Text.RegularExpressions.Regex("^20 instances completed, 1 failed, 19 were cancelled"));
    }

    [Fact]
    public async Task Batch_WithASharedStore_ShowsItsValuesCutShort()
    {
        string values = string.Join(", ", Enumerable.Range(0, 120).Select(i => $"\"v{i:000}\": \"{new string('x', i == 1 ? 500 : 5)}\""));
        Assert.Equal(201, (await Api.StartAsync($$"""{ "id": "sharing", "timeout": { "kind": "waitForever" }, "sharedStore": { {{values}} }, "instances": [ { "id": "a", "workflow": "cano.simulate" } ] }""")).Status);
        await Api.FollowAsync("sharing");
        PageSession session = await OpenAsync("/batches/sharing");
        ILocator store = session.Page.Locator("#store");

        await Expect(store.GetByRole(AriaRole.Heading)).ToHaveTextAsync("Shared store");
        await Expect(store.Locator("tbody tr")).ToHaveCountAsync(100);
        await Expect(store.Locator("tbody tr").First).ToContainTextAsync("v000");
        await Expect(store.Locator("tbody tr").First).ToContainTextAsync("\"xxxxx\"");
        await Expect(store.Locator("tbody tr").Nth(1)).ToContainTextAsync("x …");
        await Expect(store.Locator("tbody tr").Nth(1)).ToContainTextAsync("502");
        await Expect(store).ToContainTextAsync("The first 100 of 120 values");
        await Expect(store.GetByRole(AriaRole.Link)).ToHaveAttributeAsync("href", "/api/batches/sharing/store");
    }

    [Fact]
    public async Task Batch_CancelledOnThePage_IsCancelledOnceThatIsConfirmed()
    {
        string id = await StartAsync("to be cancelled", """{ "kind": "waitDuration", "duration": "01:00:00" }""", Enumerable.Range(0, 5).Select(i => Instance($"a{i}", 600_000)));
        PageSession session = await OpenAsync($"/batches/{id}");
        IPage page = session.Page;
        await Expect(page.Locator("[data-until]")).ToHaveTextAsync(new System.Text.RegularExpressions.Regex(@"^in 5\d:\d\d min$"));
        ILocator button = page.GetByRole(AriaRole.Button, new() { Name = "Cancel the batch" });
        await Expect(button).ToBeHiddenAsync();

        await page.GetByText("Cancel …").ClickAsync();
        await Expect(page.GetByText("5 instances will be cancelled.")).ToBeVisibleAsync();
        await button.ClickAsync();

        await Expect(page.Locator("#phase")).ToContainTextAsync("it was cancelled");
        await Expect(Tile(page, "Cancelled")).ToHaveTextAsync("5");
        await Expect(page.GetByText("Cancel …")).ToHaveCountAsync(0);
        Assert.Equal("cancelled", (await Api.GetAsync($"/api/batches/{id}")).Of("stopReason"));
    }

    [Fact]
    public async Task Errors_Grouped_LeadToTheirInstances()
    {
        string id = await RunAsync(
            "failing",
            """{ "kind": "waitForever" }""",
            Enumerable.Range(0, 30).Select(i => i < 7 ? Instance($"bad{i}", 1, steps: 9, throwAtStep: 2 + (i % 3), retries: 1) : Instance($"good{i}", 1)));
        PageSession session = await OpenAsync($"/batches/{id}");
        IPage page = session.Page;

        ILocator row = page.Locator("#errors tbody tr");
        await Expect(row).ToHaveCountAsync(1);
        await Expect(row).ToContainTextAsync("simulated failure at step #");
        await row.GetByRole(AriaRole.Link, new() { Name = "7" }).ClickAsync();

        await Expect(page.Locator("tbody tr")).ToHaveCountAsync(7);
        await page.GetByRole(AriaRole.Link, new() { Name = "bad4" }).ClickAsync();
        await Expect(page.GetByRole(AriaRole.Heading, new() { Level = 1 })).ToHaveTextAsync("bad4");
        await Expect(page.Locator("#instance")).ToContainTextAsync("retry-exhausted in state Working, after 2 attempts");
        await Expect(page.Locator("#instance")).ToContainTextAsync("simulated failure at step 3");
        await Expect(page.Locator("#instance")).ToContainTextAsync("\"throwAtStep\": 3");
    }

    [Fact]
    public async Task Variants_OfABatch_AreCompared()
    {
        string id = await RunAsync(
            "A/B",
            """{ "kind": "waitForever" }""",
            Enumerable.Range(0, 200).Select(i => i % 2 == 0 ? Instance($"a{i}", 30, label: "A") : Instance($"b{i}", 3, label: "B", throwAtStep: i % 10 == 1 ? 1 : null)));
        PageSession session = await OpenAsync($"/batches/{id}");

        ILocator rows = session.Page.Locator("#variants tbody tr");
        await Expect(rows).ToHaveCountAsync(2);
        await Expect(rows.Nth(0)).ToContainTextAsync("cano.simulate · A");
        await Expect(rows.Nth(0)).ToContainTextAsync("100 % (96.3 % to 100 %)");
        await Expect(rows.Nth(1)).ToContainTextAsync("80 % (71.1 % to 86.7 %)");
        await Expect(rows.Nth(1)).ToContainTextAsync("succeeds less often, by −20.0 points");
        await Expect(rows.Nth(1)).ToContainTextAsync("faster (median");
    }

    [Fact]
    public async Task Timeline_ABarIsClicked_OpensItsInstance()
    {
        string id = await RunAsync("timeline", """{ "kind": "waitForever" }""", [Instance("only", 50)]);
        PageSession session = await OpenAsync($"/batches/{id}");
        // Where the machine is busy the page comes first, and its numbers a moment later.
        await Expect(session.Page.Locator("#sampled")).ToContainTextAsync("All 1 instance");
        ILocator chart = session.Page.Locator("#timeline canvas");
        await chart.ScrollIntoViewIfNeededAsync();

        // The axis begins with the batch, the bar with the instance: where its middle is, the chart says.
        float[] middle = await session.Page.EvaluateAsync<float[]>(
            """
            () => {
              const chart = document.querySelector("#timeline");
              const [[, , , from, to]] = JSON.parse(chart.dataset.points).rows;
              return echarts.getInstanceByDom(chart).convertToPixel({ xAxisIndex: 0, yAxisIndex: 0 }, [(from + to) / 2, 0.4]);
            }
            """);
        await chart.ClickAsync(new() { Position = new() { X = middle[0], Y = middle[1] } });

        await Expect(session.Page).ToHaveURLAsync(new System.Text.RegularExpressions.Regex($"/batches/{id}/instances/only$"));
    }

    [Fact]
    public async Task Results_Downloaded_AreThoseOfTheApi()
    {
        string id = await RunAsync("download", """{ "kind": "waitForever" }""", Enumerable.Range(0, 3).Select(i => Instance($"a{i}", 1, output: new { i })));
        PageSession session = await OpenAsync($"/batches/{id}");
        await session.Page.GetByText("Results", new() { Exact = true }).ClickAsync();

        foreach (string kind in (string[])["JSON", "NDJSON", "CSV"])
        {
            IDownload download = await session.Page.RunAndWaitForDownloadAsync(() => session.Page.GetByRole(AriaRole.Link, new() { Name = kind, Exact = true }).ClickAsync());
            string text = await File.ReadAllTextAsync(await download.PathAsync(), TestContext.Current.CancellationToken);

            Assert.Equal($"{id}.{kind.ToLowerInvariant()}", download.SuggestedFilename);
            Assert.Equal((await Api.GetAsync($"/api/batches/{id}/results.{kind.ToLowerInvariant()}")).Text, text);
            Assert.Contains("a2", text, StringComparison.Ordinal);
        }
    }

    [Fact]
    public async Task WhatUsersWrote_IsNeverMarkup()
    {
        const string evil = "<img src=x onerror=\"document.title='owned'\"><script>document.title='owned'</script>";
        string id = await RunAsync(evil, """{ "kind": "waitForever" }""", [Instance("a", 1, label: evil, output: new { evil }), Instance("b", 1, throwAtStep: 1)]);

        foreach (string path in (string[])["/", $"/batches/{id}", $"/batches/{id}/instances", $"/batches/{id}/instances/a"])
        {
            PageSession session = await OpenAsync(path);
            await Expect(session.Page.Locator("main")).ToContainTextAsync("<img src=x onerror=");
            await Expect(session.Page.Locator("main img, main script")).ToHaveCountAsync(0);
            Assert.DoesNotContain("owned", (await session.Page.TitleAsync()).Split("'")[0], StringComparison.Ordinal);
        }
    }

    [Fact]
    public async Task Pages_WithoutScript_SayTheSame()
    {
        string id = await RunAsync("no script", """{ "kind": "waitForever" }""", [Instance("a", 1)]);
        PageSession session = await OpenAsync($"/batches/{id}", new() { Script = false });

        await Expect(Tile(session.Page, "Completed")).ToHaveTextAsync("1");
        await Expect(session.Page.Locator("#stop")).ToContainTextAsync("Every instance had finished");
    }

    private static ILocator Tile(IPage page, string name) => page.Locator(".tiles > div").Filter(new() { HasText = name }).Locator("dd");
}
