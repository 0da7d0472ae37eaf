using Cano.Tests.Browsers;
using Cano.Tests.Http;
using Cano.Tests.Pages;
using Microsoft.Playwright;

namespace Cano.Tests.Dashboard;

/// <summary>That each page can be used by everybody, on every screen: no serious finding, nothing wider than the screen, everything reached by the keyboard. Makes the pictures of the documentation.</summary>
public sealed class LookTests(LookTests.Showcase showcase, SharedBrowser browser) : DashboardTests(showcase.Api, browser), IClassFixture<LookTests.Showcase>
{
    public static TheoryData<string, ColorScheme, PageScreen> Looks
    {
        get
        {
            TheoryData<string, ColorScheme, PageScreen> looks = [];
            foreach (string page in (string[])["batches", "batch", "running", "instances", "failed-instance", "workflows", "workflow", "cluster"])
            {
                looks.Add(page, ColorScheme.Light, PageScreen.Desktop);
                looks.Add(page, ColorScheme.Dark, PageScreen.Phone);
            }

            return looks;
        }
    }

    [Theory]
    [MemberData(nameof(Looks))]
    public async Task Page_InEachLook_CanBeUsedByEverybody(string name, ColorScheme theme, PageScreen screen)
    {
        PageSession session = await OpenAsync(PathOf(name), new() { Theme = theme, Screen = screen });
        await Expect(session.Page.GetByRole(AriaRole.Heading, new() { Level = 1 })).ToBeVisibleAsync();
        foreach (ILocator chart in await session.Page.Locator(".chart:visible").AllAsync())
        {
            await Expect(chart.Locator("canvas").First).ToBeVisibleAsync();
        }

        await session.ScreenshotAsync($"{name}-{theme}-{screen}".ToLowerInvariant(), toTheEnd: screen is PageScreen.Desktop);
        if ((name, theme) is ("batch", ColorScheme.Light))
        {
            await session.ScreenshotAsync(name);
        }

        await session.AssertAccessibleAsync();
        int beyond = await session.Page.EvaluateAsync<int>("document.documentElement.scrollWidth - document.documentElement.clientWidth");
        Assert.True(beyond <= 0, $"The page is {beyond} pixels wider than the screen.");
    }

    [Fact]
    public async Task Page_ByKeyboard_SkipsToItsContent()
    {
        PageSession session = await OpenAsync("/");

        await session.Page.Keyboard.PressAsync("Tab");
        await Expect(session.Page.Locator(":focus")).ToHaveTextAsync("Skip to content");
        await session.Page.Keyboard.PressAsync("Enter");

        await Expect(session.Page.Locator("main")).ToBeFocusedAsync();
        await session.Page.Keyboard.PressAsync("Tab");
        await Expect(session.Page.GetByLabel("Search")).ToBeFocusedAsync();
    }

    [Fact]
    public async Task Page_ReadAnew_KeepsTheFocus()
    {
        PageSession session = await OpenAsync("/");
        ILocator link = session.Page.GetByRole(AriaRole.Link, new() { Name = "nightly pricing" });
        await link.FocusAsync();

        // The page is read anew every other second, and times such as "5 s ago" make the table another one.
        await session.Page.WaitForResponseAsync(response => response.Url == session.Page.Url);
        await session.Page.WaitForResponseAsync(response => response.Url == session.Page.Url);

        await Expect(link).ToBeFocusedAsync();
    }

    private static string PathOf(string name) => name switch
    {
        "batches" => "/",
        "batch" => "/batches/nightly",
        "running" => "/batches/live",
        "instances" => "/batches/nightly/instances",
        "failed-instance" => "/batches/nightly/instances/order-7",
        "workflows" => "/workflows",
        "workflow" => "/workflows/cano.simulate",
        _ => "/cluster",
    };

    /// <summary>A host with batches to be looked at: one that is finished, with two variants, failures and a quota, and one that runs.</summary>
    public sealed class Showcase : IAsyncLifetime
    {
        internal ApiProcess Api { get; } = new();

        public async ValueTask InitializeAsync()
        {
            await Api.InitializeAsync();
            Random random = new(7);
            string instances = string.Join(",", Enumerable.Range(0, 400).Select(i =>
            {
                int delay = 15 + (int)(random.NextDouble() * random.NextDouble() * (i % 2 == 0 ? 160 : 110));
                string failing = i % 17 == 7 ? $$""", "throwAtStep": {{1 + (i % 2)}}, "retries": 2""" : "";
                string rejected = i % 13 == 5 ? """, "rejectAtStep": 2""" : "";
                return $$"""{ "id": "order-{{i}}", "workflow": "cano.simulate", "label": "{{(i % 2 == 0 ? "rules" : "model")}}", "params": { "steps": {{2 + (i % 2)}}, "delayMs": {{delay}}{{failing}}{{rejected}}, "output": { "price": {{100 + i}} } } }""";
            }));
            await Started(Api.StartAsync($$"""{ "id": "nightly", "name": "nightly pricing", "timeout": { "kind": "waitQuotaOrDuration", "quota": 330, "duration": "00:10:00" }, "maxConcurrency": 16, "instances": [{{instances}}] }"""));
            await Api.FollowAsync("nightly");
            string slow = string.Join(",", Enumerable.Range(0, 60).Select(i => $$"""{ "id": "shop-{{i}}", "workflow": "cano.simulate", "params": { "steps": 600, "delayMs": {{(i < 20 ? 2 : 1_000)}} } }"""));
            await Started(Api.StartAsync($$"""{ "id": "live", "name": "reprice all shops", "timeout": { "kind": "waitDuration", "duration": "02:00:00" }, "maxConcurrency": 30, "instances": [{{slow}}] }"""));
        }

        public ValueTask DisposeAsync() => Api.DisposeAsync();

        private static async Task Started(Task<Answer> answer) => Assert.Equal(201, (await answer).Status);
    }
}
