using Cano.Tests.Browsers;
using Cano.Tests.Http;
using Cano.Tests.Pages;
using Microsoft.Playwright;

namespace Cano.Tests.Reference;

/// <summary>The description of the API for people: it comes from the silo alone, so that it is there without the internet too.</summary>
public sealed class ReferenceTests(ApiProcess api, SharedBrowser browser) : PageTests(api, browser), IClassFixture<ApiProcess>
{
    [Theory]
    [InlineData(ColorScheme.Light, PageScreen.Desktop)]
    [InlineData(ColorScheme.Dark, PageScreen.Phone)]
    public async Task Reference_Opened_ShowsTheApi(ColorScheme theme, PageScreen screen)
    {
        PageSession session = await OpenAsync("/reference/", new() { Theme = theme, Screen = screen });

        await Assertions.Expect(session.Page).ToHaveTitleAsync("Cano");
        await Assertions.Expect(session.Page.GetByRole(AriaRole.Heading, new() { Name = "Cano", Level = 1 })).ToBeVisibleAsync();
        await session.ScreenshotAsync($"reference-{theme}-{screen}".ToLowerInvariant());
    }
}
