using Cano.Tests.Browsers;
using Cano.Tests.Http;
using Xunit.Sdk;

namespace Cano.Tests.Pages;

/// <summary>That the tests of pages see what is wrong with one.</summary>
public sealed class PageSessionTests(ApiProcess api, SharedBrowser browser) : PageTests(api, browser), IClassFixture<ApiProcess>
{
    [Theory]
    [InlineData("console.error('wrong')", "console: wrong")]
    [InlineData("setTimeout(() => { throw new Error('thrown') })", "thrown")]
    [InlineData("fetch('/api/batches/absent')", "was answered with 404")]
    [InlineData("setTimeout(() => location.href = 'https://elsewhere.example/')", "another host: GET https://elsewhere.example/")]
    public async Task Page_DoesWhatItShouldNot_FailsItsTest(string script, string complaint)
    {
        PageSession session = await OpenAsync("/reference/");
        session.Complaints.Allow("");

        await session.Page.EvaluateAsync(script);

        await session.Complaints.HeardAsync(complaint);
    }

    [Fact]
    public async Task Page_DoesWhatItsPolicyForbids_FailsItsTest()
    {
        PageSession session = await OpenAsync("/health/live");
        session.Complaints.Allow("");

        await session.Page.EvaluateAsync("document.head.append(Object.assign(document.createElement('script'), { text: '1' }))");

        await session.Complaints.HeardAsync("CSP: script-src-elem does not allow inline");
    }

    [Fact]
    public async Task Page_ComplaintsThatAreAllowed_PassesItsTest()
    {
        PageSession session = await OpenAsync("/health/live");
        session.Complaints.Allow("expected");

        await session.Page.EvaluateAsync("console.error('expected')");
        await session.Complaints.HeardAsync("expected");

        session.Complaints.AssertNone();
    }

    [Fact]
    public async Task Page_WithTooLittleContrast_IsNotAccessible()
    {
        PageSession session = await OpenAsync("/health/live");
        await session.Page.SetContentAsync("<!doctype html><html lang='en'><title>t</title><main><h1>Pale</h1></main></html>");
        await session.Page.EvaluateAsync("document.querySelector('h1').style.color = '#ccc'");

        XunitException failure = await Assert.ThrowsAnyAsync<XunitException>(session.AssertAccessibleAsync);

        Assert.Contains("color-contrast (serious)", failure.Message, StringComparison.Ordinal);
        Assert.Contains("Pale", failure.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Page_WithNothingWrong_IsAccessible()
    {
        PageSession session = await OpenAsync("/health/live");
        await session.Page.SetContentAsync("<!doctype html><html lang='en'><title>t</title><main><h1>Dark</h1></main></html>");

        await session.AssertAccessibleAsync();
    }
}
