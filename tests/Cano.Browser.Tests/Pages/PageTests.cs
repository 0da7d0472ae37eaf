using Cano.Tests.Browsers;
using Cano.Tests.Http;

namespace Cano.Tests.Pages;

/// <summary>
/// Tests of pages of a host. A test fails at its end if the browser complained about a page that it had open, unless it said which complaints are right; its own failure is reported beside that.
/// </summary>
public abstract class PageTests(ApiProcess api, SharedBrowser browser) : IAsyncDisposable
{
    private readonly List<PageSession> _sessions = [];

    /// <summary>The browser.</summary>
    private protected SharedBrowser Browser => browser;

    /// <summary>The host.</summary>
    private protected ApiProcess Api => api;

    /// <summary>Opens a path of the host, as somebody who has not been there before.</summary>
    private protected async Task<PageSession> OpenAsync(string path, PageOptions? options = null)
    {
        PageSession session = await PageSession.OpenAsync(await browser.GetAsync(), api.Http.BaseAddress!, path, options ?? PageOptions.Default);
        _sessions.Add(session);
        return session;
    }

    public async ValueTask DisposeAsync()
    {
        foreach (PageSession session in _sessions)
        {
            await session.DisposeAsync();
        }

        GC.SuppressFinalize(this);
        Assert.All(_sessions, session => session.Complaints.AssertNone());
    }
}
