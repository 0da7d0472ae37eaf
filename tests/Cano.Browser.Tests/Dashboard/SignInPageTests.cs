using System.Net.Http;
using System.Text;
using Cano.Tests.Browsers;
using Cano.Tests.Http;
using Cano.Tests.Pages;
using Microsoft.Playwright;

namespace Cano.Tests.Dashboard;

/// <summary>A host that wants to know who asks.</summary>
public sealed class SignInPageTests(KeyedApi keyed, SharedBrowser browser) : DashboardTests(keyed.Process, browser), IClassFixture<KeyedApi>
{
    [Fact]
    public async Task Operator_SignsIn_ComesToWhatWasAskedFor_MayCancel_AndSignsOut()
    {
        await StartKeyedAsync("wanted");
        PageSession session = await OpenAsync("/batches/wanted");
        IPage page = session.Page;
        await Expect(page).ToHaveURLAsync(new System.Text.RegularExpressions.Regex("/signin\\?returnUrl="));
        await session.AssertAccessibleAsync();
        await session.ScreenshotAsync("sign-in");

        await SignInAsync(page, KeyedApi.Operator);
        await Expect(page).ToHaveURLAsync(new System.Text.RegularExpressions.Regex("/batches/wanted$"));
        await Expect(page.GetByText("operator (operator)")).ToBeVisibleAsync();
        await session.AssertAccessibleAsync();
        await page.GetByText("Cancel …").ClickAsync();
        await page.GetByRole(AriaRole.Button, new() { Name = "Cancel the batch" }).ClickAsync();
        await Expect(page.Locator("#phase")).ToContainTextAsync("it was cancelled");

        await page.GetByRole(AriaRole.Button, new() { Name = "Sign out" }).ClickAsync();
        await Expect(page.GetByRole(AriaRole.Heading, new() { Level = 1 })).ToHaveTextAsync("Sign in");
        await page.GotoAsync("/");
        await Expect(page.GetByRole(AriaRole.Heading, new() { Level = 1 })).ToHaveTextAsync("Sign in");
    }

    [Fact]
    public async Task Reader_SignsIn_FollowsABatch_ButIsNotOfferedToCancelIt()
    {
        await StartKeyedAsync("watched");
        PageSession session = await OpenAsync("/batches/watched");
        await SignInAsync(session.Page, KeyedApi.Reader);

        await Expect(session.Page.Locator("#phase")).ToContainTextAsync("running");
        await Expect(session.Page.GetByText("Cancel …")).ToHaveCountAsync(0);
        Assert.Equal(202, (await Api.AskAsync(HttpMethod.Post, "/api/batches/watched/cancel", null, ("X-Api-Key", KeyedApi.Operator))).Status);
        await Expect(session.Page.Locator("#phase")).ToContainTextAsync("it was cancelled");
    }

    [Fact]
    public async Task Stranger_WithAWrongKey_IsToldSo()
    {
        PageSession session = await OpenAsync("/");
        session.Complaints.Allow("401");

        await SignInAsync(session.Page, "wrong");

        await Expect(session.Page.GetByRole(AriaRole.Alert)).ToContainTextAsync("not known");
        await session.AssertAccessibleAsync();
    }

    private static async Task SignInAsync(IPage page, string key)
    {
        await page.GetByLabel("API key or token").FillAsync(key);
        await page.GetByRole(AriaRole.Button, new() { Name = "Sign in" }).ClickAsync();
    }

    private async Task StartKeyedAsync(string id)
    {
        using StringContent batch = new(
            $$"""{ "id": "{{id}}", "timeout": { "kind": "waitForever" }, "instances": [ { "id": "a", "workflow": "cano.simulate", "params": { "delayMs": 600000 } } ] }""",
            Encoding.UTF8,
            "application/json");
        Assert.Equal(201, (await Api.AskAsync(HttpMethod.Post, "/api/batches", batch, ("X-Api-Key", KeyedApi.Operator))).Status);
    }
}
