using Cano.Tests.Browsers;
using Cano.Tests.Http;
using Microsoft.Playwright;

namespace Cano.Tests.Pages;

/// <summary>Signing in, acting and signing out in a real browser, with all that it says of where requests come from.</summary>
public sealed class SignInPageTests(KeyedApi keyed, SharedBrowser browser) : PageTests(keyed.Process, browser), IClassFixture<KeyedApi>
{
    private const string Batch = """{ "id": "to-cancel", "timeout": { "kind": "waitForever" }, "instances": [ { "id": "a", "workflow": "cano.simulate", "params": { "delayMs": 600000 } } ] }""";

    [Fact]
    public async Task Visitor_EntersAKeyCancelsABatchAndSignsOut()
    {
        Assert.Equal(201, (await Api.StartAsync(Batch, ("X-Api-Key", KeyedApi.Operator))).Status);
        PageSession session = await OpenAsync("/batches/to-cancel");
        IPage page = session.Page;
        await Assertions.Expect(page.GetByRole(AriaRole.Heading, new() { Name = "Sign in" })).ToBeVisibleAsync();
        await session.AssertAccessibleAsync();

        session.Complaints.Allow("401");
        await EnterAsync(page, "wrong");
        await Assertions.Expect(page.GetByRole(AriaRole.Alert)).ToContainTextAsync("not known");
        await session.AssertAccessibleAsync();

        await EnterAsync(page, KeyedApi.Operator);
        await page.WaitForURLAsync("**/batches/to-cancel");
        await page.GetByText("Cancel …").ClickAsync();
        await page.GetByRole(AriaRole.Button, new() { Name = "Cancel the batch" }).ClickAsync();
        await page.WaitForURLAsync("**/batches/to-cancel");
        Assert.Equal("cancelled", (await Api.AskAsync(System.Net.Http.HttpMethod.Get, "/api/batches/to-cancel", null, ("X-Api-Key", KeyedApi.Reader))).Of("stopReason"));

        await Assertions.Expect(page.GetByText("operator (operator)")).ToBeVisibleAsync();
        await page.GetByRole(AriaRole.Button, new() { Name = "Sign out" }).ClickAsync();
        await page.WaitForURLAsync("**/signin");
        await page.GotoAsync("/");
        await page.WaitForURLAsync("**/signin");
    }

    private static async Task EnterAsync(IPage page, string key)
    {
        await page.GetByLabel("API key or token").FillAsync(key);
        await page.GetByRole(AriaRole.Button, new() { Name = "Sign in" }).ClickAsync();
    }
}
