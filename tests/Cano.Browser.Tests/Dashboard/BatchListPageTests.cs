using System.Text.RegularExpressions;
using Cano.Tests.Browsers;
using Cano.Tests.Http;
using Cano.Tests.Pages;
using Microsoft.Playwright;

namespace Cano.Tests.Dashboard;

/// <summary>The list of batches.</summary>
public sealed class BatchListPageTests(ApiProcess api, SharedBrowser browser) : DashboardTests(api, browser), IClassFixture<ApiProcess>
{
    [Fact]
    public async Task List_WithoutBatches_TellsHowToStartOne_AndShowsItOnceThatIsDone()
    {
        // Other tests of this class may have started some: a filter that no batch passes and the example's own text are looked at on a host of its own.
        await using ApiProcess fresh = new();
        await fresh.InitializeAsync();
        await using FreshPage page = await FreshPage.OpenAsync(this, fresh);
        string command = await page.Session.Page.Locator("pre code").InnerTextAsync();
        string body = Regex.Match(command, "(?s)-d '(.*)'$").Groups[1].Value;

        Answer started = await fresh.StartAsync(body);

        Assert.Equal(201, started.Status);
        ILocator row = page.Session.Page.GetByRole(AriaRole.Row).Filter(new() { HasText = "first" });
        await Expect(row).ToBeVisibleAsync();
        await Expect(row.Locator("[data-label=Total]")).ToHaveTextAsync("3");
    }

    [Fact]
    public async Task List_ABatchRuns_FollowsItsCounts()
    {
        string id = await StartAsync("counts", """{ "kind": "waitForever" }""", Enumerable.Range(0, 6).Select(i => Instance($"a{i}", 300 + (i * 400))));
        PageSession session = await OpenAsync("/");

        ILocator row = session.Page.GetByRole(AriaRole.Row).Filter(new() { HasText = id });
        await Expect(row.Locator("[data-label=Phase]")).ToContainTextAsync("finished");
        await Expect(row.Locator("[data-label=Completed]")).ToHaveTextAsync("6");
        await Expect(row.GetByRole(AriaRole.Img)).ToHaveAttributeAsync("aria-label", "6 completed, 0 failed, 0 cancelled, 0 running of 6");
    }

    [Fact]
    public async Task Filters_Chosen_ShowWhatTheySay()
    {
        string one = await RunAsync("pears_50%", """{ "kind": "waitForever" }""", [Instance("a", 1, label: "green")]);
        string other = await RunAsync("apples", """{ "kind": "waitForever" }""", [Instance("a", 1, label: "red")]);
        PageSession session = await OpenAsync("/");
        IPage page = session.Page;

        await page.GetByLabel("Search").FillAsync("EARS_50%");
        await page.GetByRole(AriaRole.Button, new() { Name = "Show" }).ClickAsync();
        await Expect(page.GetByText(one)).ToBeVisibleAsync();
        await Expect(page.GetByText(other)).ToHaveCountAsync(0);
        await Expect(page.GetByLabel("Search")).ToHaveValueAsync("EARS_50%");

        await page.GetByRole(AriaRole.Link, new() { Name = "Show all" }).ClickAsync();
        await page.GetByLabel("Label").FillAsync("red");
        await page.GetByLabel("Phase").SelectOptionAsync("finished");
        await page.GetByRole(AriaRole.Button, new() { Name = "Show" }).ClickAsync();
        await Expect(page.GetByText(other)).ToBeVisibleAsync();
        await Expect(page.GetByText(one)).ToHaveCountAsync(0);

        await page.GetByLabel("Label").FillAsync("blue");
        await page.GetByLabel("Label").PressAsync("Enter");
        await Expect(page.GetByText("No batch is like that.")).ToBeVisibleAsync();
    }

    [Fact]
    public async Task List_LongerThanAPage_GoesOnToTheOldest()
    {
        await using ApiProcess fresh = new();
        await fresh.InitializeAsync();
        for (int batch = 0; batch < 60; batch++)
        {
            Assert.Equal(201, (await fresh.StartAsync($$"""{ "id": "n{{batch}}", "timeout": { "kind": "waitForever" }, "instances": [ { "id": "a", "workflow": "cano.simulate" } ] }""")).Status);
        }

        await using FreshPage opened = await FreshPage.OpenAsync(this, fresh);
        IPage page = opened.Session.Page;
        await Expect(page.Locator("tbody tr")).ToHaveCountAsync(50);
        await page.GetByRole(AriaRole.Link, new() { Name = "Older" }).ClickAsync();

        await Expect(page.Locator("tbody tr")).ToHaveCountAsync(10);
        await Expect(page.GetByRole(AriaRole.Link, new() { Name = "n0", Exact = true })).ToBeVisibleAsync();
        await page.GetByRole(AriaRole.Link, new() { Name = "Newest" }).ClickAsync();
        await Expect(page.GetByRole(AriaRole.Link, new() { Name = "n59", Exact = true })).ToBeVisibleAsync();
    }

    [Fact]
    public async Task Filter_NotValid_IsToldAsAPage()
    {
        PageSession session = await OpenAsync("/");
        session.Complaints.Allow("from=yesterday");

        await session.Page.GotoAsync("/?from=yesterday");

        await Expect(session.Page.GetByRole(AriaRole.Heading, new() { Level = 1 })).ToHaveTextAsync("Bad Request");
        await Expect(session.Page.GetByText("from: It was 'yesterday'")).ToBeVisibleAsync();
    }

    [Theory]
    [InlineData("/batches/absent", "Not Found", "absent")]
    [InlineData("/batches/a%20b", "Bad Request", "id")]
    [InlineData("/nowhere", "Not Found", "nothing at this address")]
    [InlineData("/workflows/absent", "Not Found", "No workflow")]
    public async Task Page_ThatIsNotThere_IsToldAsAPage(string path, string title, string text)
    {
        PageSession session = await OpenAsync("/");
        session.Complaints.Allow(path);

        await session.Page.GotoAsync(path);

        await Expect(session.Page.GetByRole(AriaRole.Heading, new() { Level = 1 })).ToHaveTextAsync(title);
        await Expect(session.Page.Locator("main")).ToContainTextAsync(text);
    }

    /// <summary>A page of a host that one test has for itself.</summary>
    private sealed class FreshPage : IAsyncDisposable
    {
        internal required PageSession Session { get; init; }

        internal static async Task<FreshPage> OpenAsync(BatchListPageTests test, ApiProcess host) =>
            new() { Session = await PageSession.OpenAsync(await test.Browser.GetAsync(), host.Http.BaseAddress!, "/", PageOptions.Default) };

        public async ValueTask DisposeAsync()
        {
            await Session.DisposeAsync();
            Session.Complaints.AssertNone();
        }
    }
}
