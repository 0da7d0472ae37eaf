using Microsoft.Playwright;

namespace Cano.Tests.Pages;

/// <summary>
/// What a browser had to complain about while it showed pages: errors in the console and in scripts, what their Content-Security-Policy did not let them do, requests that failed or went
/// elsewhere than to the host.
/// </summary>
internal sealed class PageComplaints
{
    /// <summary>A violation says what was blocked and where; the console may not.</summary>
    private const string ReportViolations =
        """
        addEventListener('securitypolicyviolation', violation => console.error(
          `CSP: ${violation.effectiveDirective} does not allow ${violation.blockedURI} (${violation.sourceFile}:${violation.lineNumber} ${violation.sample})`));
        """;

    private readonly Lock _lock = new();
    private readonly List<string> _all = [];
    private readonly List<string> _allowed = [];
    private readonly List<(string Text, TaskCompletionSource Heard)> _awaited = [];

    private PageComplaints()
    {
    }

    internal static async Task<PageComplaints> ListenAsync(IBrowserContext context, Uri address)
    {
        PageComplaints complaints = new();
        context.Console += (_, message) =>
        {
            if (message.Type == "error")
            {
                complaints.Add($"console: {message.Text} ({message.Location})");
            }
        };
        context.WebError += (_, error) => complaints.Add($"script: {error.Error}");
        context.Request += (_, request) =>
        {
            if (!IsAt(address, request.Url))
            {
                complaints.Add($"another host: {request.Method} {request.Url}");
            }
        };
        context.Response += (_, response) =>
        {
            if (response.Status >= 400)
            {
                complaints.Add($"request: {response.Request.Method} {response.Url} was answered with {response.Status}");
            }
        };
        context.RequestFailed += (_, request) =>
        {
            // The page's own doing: it was left, or no longer wanted the answer.
            if (request.Failure != "net::ERR_ABORTED")
            {
                complaints.Add($"request: {request.Method} {request.Url} failed: {request.Failure}");
            }
        };
        await context.AddInitScriptAsync(ReportViolations);
        return complaints;
    }

    /// <summary>Takes complaints with a text (part of an address, say) for right: a test that asks for what is not there expects them.</summary>
    internal void Allow(string text)
    {
        lock (_lock)
        {
            _allowed.Add(text);
        }
    }

    /// <summary>Waits until there is a complaint with a text.</summary>
    internal async Task HeardAsync(string text)
    {
        TaskCompletionSource heard = new(TaskCreationOptions.RunContinuationsAsynchronously);
        lock (_lock)
        {
            _awaited.Add((text, heard));
        }

        Look();
        await Task.WhenAny(heard.Task, Task.Delay(PageSession.Patience, TimeProvider.System));
        Assert.True(heard.Task.IsCompleted, $"The browser did not complain about '{text}'; it did about:\n{Describe(_all)}");
    }

    internal void AssertNone()
    {
        lock (_lock)
        {
            string[] left = [.. _all.Where(complaint => !_allowed.Any(text => complaint.Contains(text, StringComparison.Ordinal)))];
            Assert.True(left.Length == 0, $"The browser complained:\n{Describe(left)}");
        }
    }

    private static string Describe(IEnumerable<string> complaints) => string.Join('\n', complaints);

    private void Add(string complaint)
    {
        lock (_lock)
        {
            _all.Add(complaint);
        }

        Look();
    }

    private void Look()
    {
        lock (_lock)
        {
            _awaited.Where(one => _all.Exists(complaint => complaint.Contains(one.Text, StringComparison.Ordinal))).ToList().ForEach(one => one.Heard.TrySetResult());
        }
    }

    private static bool IsAt(Uri address, string url) =>
        !Uri.TryCreate(url, UriKind.Absolute, out Uri? uri) || uri.Scheme is not ("http" or "https") || uri.Authority == address.Authority;
}
