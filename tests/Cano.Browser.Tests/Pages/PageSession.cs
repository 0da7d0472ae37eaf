using Deque.AxeCore.Commons;
using Deque.AxeCore.Playwright;
using Microsoft.Playwright;

namespace Cano.Tests.Pages;

/// <summary>A page as somebody has it open, and what the browser complained about meanwhile.</summary>
internal sealed class PageSession : IAsyncDisposable
{
    /// <summary>Beside a build and other tests everything takes longer.</summary>
    internal static readonly TimeSpan Patience = TimeSpan.FromMinutes(1);

    private readonly IBrowserContext _context;

    private PageSession(IBrowserContext context, IPage page, PageComplaints complaints) => (_context, Page, Complaints) = (context, page, complaints);

    internal IPage Page { get; }

    internal PageComplaints Complaints { get; }

    /// <summary>Opens a path of the host and waits until the page and what it loads at once are there.</summary>
    internal static async Task<PageSession> OpenAsync(IBrowser browser, Uri address, string path, PageOptions options)
    {
        IBrowserContext context = await browser.NewContextAsync(options.ForContext(address));
        context.SetDefaultTimeout((float)Patience.TotalMilliseconds);
        Assertions.SetDefaultExpectTimeout((float)Patience.TotalMilliseconds);
        PageComplaints complaints = await PageComplaints.ListenAsync(context, address);
        IPage page = await context.NewPageAsync();
        await page.GotoAsync(path);
        return new(context, page, complaints);
    }

    /// <summary>Looks for what keeps people from using the page, such as too little contrast or a control without a name.</summary>
    /// <remarks>Fails on findings whose impact is serious or critical.</remarks>
    internal async Task AssertAccessibleAsync()
    {
        AxeResult result = await Page.RunAxe();
        string[] findings =
        [
            .. result.Violations.Where(rule => rule.Impact is "serious" or "critical").Select(rule =>
                $"{rule.Id} ({rule.Impact}): {rule.Help}\n{string.Join('\n', rule.Nodes.Select(node => $"  {node.Target}: {node.Html}\n    {string.Join("\n    ", node.Any.Concat(node.All).Concat(node.None).Select(check => check.Message))}"))}"),
        ];
        Assert.True(findings.Length == 0, $"{Page.Url} is not accessible:\n{string.Join('\n', findings)}");
    }

    /// <summary>Takes a picture of what the screen shows, or of the page to its very end, for the documentation or (in the temporary folder) for whoever looks into a failure.</summary>
    /// <returns>Where it is.</returns>
    internal async Task<string> ScreenshotAsync(string name, bool toTheEnd = false)
    {
        string path = Screenshots.PathOf(name);
        await Page.ScreenshotAsync(new() { Path = path, FullPage = toTheEnd, Animations = ScreenshotAnimations.Disabled });
        return path;
    }

    public async ValueTask DisposeAsync() => await _context.DisposeAsync();
}
