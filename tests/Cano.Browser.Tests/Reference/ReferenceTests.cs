using Cano.Tests.Browsers;
using Cano.Tests.Http;
using Cano.Tests.Pages;
using Microsoft.Playwright;

namespace Cano.Tests.Reference;

/// <summary>The description of the API for people: it comes from the silo alone, so that it is there without the internet too.</summary>
public sealed class ReferenceTests(ApiProcess api, SharedBrowser browser) : PageTests(api, browser), IClassFixture<ApiProcess>
{
    /// <summary>A library in it looks whether it might write functions of its own, and does without.</summary>
    private const string Probe = "CSP: script-src does not allow eval (http://";

    [Theory]
    [InlineData(ColorScheme.Light, PageScreen.Desktop)]
    [InlineData(ColorScheme.Dark, PageScreen.Phone)]
    public async Task Reference_Opened_ShowsTheApi(ColorScheme theme, PageScreen screen)
    {
        PageSession session = await OpenAsync("/reference/", new() { Theme = theme, Screen = screen });
        session.Complaints.Allow(Probe);

        await Assertions.Expect(session.Page).ToHaveTitleAsync("Cano");
        await Assertions.Expect(session.Page.GetByRole(AriaRole.Heading, new() { Name = "Cano", Level = 1 })).ToBeVisibleAsync();
        await session.ScreenshotAsync($"reference-{theme}-{screen}".ToLowerInvariant());
    }

    [Fact]
    public async Task Reference_RequestTriedOut_GoesToTheSiloAlone()
    {
        PageSession session = await OpenAsync("/reference/#tag/cano/GET/api/workflows");
        session.Complaints.Allow(Probe);

        await session.Page.GetByRole(AriaRole.Button, new() { Name = "Test Request" }).Last.ClickAsync();
        IResponse answer = await session.Page.RunAndWaitForResponseAsync(
            () => session.Page.GetByRole(AriaRole.Button, new() { Name = "Send" }).First.ClickAsync(),
            response => response.Url.EndsWith("/api/workflows", StringComparison.Ordinal));

        Assert.Equal(200, answer.Status);
    }
}
