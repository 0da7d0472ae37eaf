using Cano.Tests.Browsers;
using Cano.Tests.Pages;
using Microsoft.Playwright;

namespace Cano.Tests.Dashboard;

/// <summary>The instances of a batch, and one of them.</summary>
public sealed class InstancePageTests(HeldApi held, SharedBrowser browser) : DashboardTests(held.Process, browser), IClassFixture<HeldApi>
{
    [Fact]
    public async Task Instances_ByOutcome_AreListedInTheOrderSubmitted()
    {
        string id = await RunAsync(
            "outcomes",
            """{ "kind": "waitForever" }""",
            Enumerable.Range(0, 250).Select(i => Instance($"i{i}", 1, throwAtStep: i % 50 == 0 ? 1 : null)));
        PageSession session = await OpenAsync($"/batches/{id}/instances");
        IPage page = session.Page;
        await Expect(page.Locator("tbody tr")).ToHaveCountAsync(100);
        await page.GetByRole(AriaRole.Link, new() { Name = "Next" }).ClickAsync();
        await Expect(page.Locator("tbody tr").First).ToContainTextAsync("i100");

        await page.GetByRole(AriaRole.Link, new() { Name = "failed 5" }).ClickAsync();

        await Expect(page.Locator("tbody tr")).ToHaveCountAsync(5);
        Assert.Equal(["i0", "i50", "i100", "i150", "i200"], await page.Locator("tbody tr td:first-child").AllInnerTextsAsync());
    }

    [Fact]
    public async Task Instance_LookedForByItsId_IsOpened()
    {
        string id = await RunAsync("find", """{ "kind": "waitForever" }""", [Instance("a", 1), Instance("wanted", 1, output: new { sum = 3 })]);
        PageSession session = await OpenAsync($"/batches/{id}/instances");

        await session.Page.GetByLabel("Instance").FillAsync("wanted");
        await session.Page.GetByRole(AriaRole.Button, new() { Name = "Open" }).ClickAsync();

        await Expect(session.Page.GetByRole(AriaRole.Heading, new() { Level = 1 })).ToHaveTextAsync("wanted");
        await Expect(session.Page.Locator("#instance")).ToContainTextAsync("\"sum\": 3");
        await Expect(session.Page.Locator("#instance")).ToContainTextAsync("2 of 2");
    }

    [Fact]
    public async Task Instance_Runs_IsFollowedToItsOutcome()
    {
        string id = await StartAsync("running", """{ "kind": "waitForever" }""", [held.Instance("a", until: "seen")]);
        PageSession session = await OpenAsync($"/batches/{id}/instances/a");

        await Expect(session.Page.Locator("#outcome")).ToContainTextAsync("runs");
        held.LetEnd("seen");
        await Expect(session.Page.Locator("#outcome")).ToContainTextAsync("completed");
        await Expect(session.Page.Locator("#instance")).ToContainTextAsync("Exit state");
    }

    [Fact]
    public async Task Instance_ThatFailed_ShowsItsStack()
    {
        string id = await RunAsync("stack", """{ "kind": "waitForever" }""", [Instance("a", 1, throwAtStep: 1)]);
        PageSession session = await OpenAsync($"/batches/{id}/instances/a");
        ILocator stack = session.Page.Locator("#stack pre");
        await Expect(stack).ToBeHiddenAsync();

        await session.Page.GetByText("Stack", new() { Exact = true }).ClickAsync();

        await Expect(stack).ToBeVisibleAsync();
        await Expect(stack).ToContainTextAsync("simulated failure at step 1");
        await Expect(stack).ToContainTextAsync("at Cano.");
    }

    [Fact]
    public async Task Instance_ThatWasCancelled_ShowsTheStateThatItWasIn()
    {
        string id = await RunAsync("cancelled", """{ "kind": "waitForQuota", "quota": 1 }""", [Instance("slow", 600_000), Instance("quick", 300)]);
        PageSession session = await OpenAsync($"/batches/{id}/instances/slow");

        await Expect(session.Page.Locator(".path tbody tr").Last).ToContainTextAsync("Working (cancelled here)");
    }

    [Fact]
    public async Task Instance_ThatIsNotThere_IsToldAsAPage()
    {
        string id = await RunAsync("absent", """{ "kind": "waitForever" }""", [Instance("a", 1)]);
        PageSession session = await OpenAsync("/");
        session.Complaints.Allow($"/batches/{id}/instances/b");

        await session.Page.GotoAsync($"/batches/{id}/instances/b");

        await Expect(session.Page.Locator("main")).ToContainTextAsync("no instance of the id");
    }
}
