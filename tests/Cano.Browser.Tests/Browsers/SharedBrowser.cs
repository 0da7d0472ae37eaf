using Microsoft.Playwright;

namespace Cano.Tests.Browsers;

/// <summary>One browser for all tests, started when the first asks for it.</summary>
public sealed class SharedBrowser : IAsyncDisposable
{
    private readonly SemaphoreSlim _starting = new(1);
    private IPlaywright? _playwright;
    private IBrowser? _browser;

    /// <summary>The browser. Where none is installed the test is skipped, but fails in CI.</summary>
    internal async Task<IBrowser> GetAsync()
    {
        string program = ChromiumProgram.Require();
        await _starting.WaitAsync(TestContext.Current.CancellationToken);
        try
        {
            return _browser ??= await StartAsync(program);
        }
        finally
        {
            _starting.Release();
        }
    }

    public async ValueTask DisposeAsync()
    {
        if (_browser is not null)
        {
            await _browser.DisposeAsync();
        }

        _playwright?.Dispose();
        _starting.Dispose();
    }

    private async Task<IBrowser> StartAsync(string program)
    {
        _playwright ??= await Playwright.CreateAsync();
        return await _playwright.Chromium.LaunchAsync(new()
        {
            ExecutablePath = program,

            // It does not start as root otherwise, and is shown pages of our own only.
            ChromiumSandbox = false,

            // Nothing that a page asks for is found but on this machine.
            Args = ["--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1, EXCLUDE localhost"],
        });
    }
}
