using Microsoft.Playwright;

namespace Cano.Tests.Pages;

/// <summary>How a page is looked at: on which screen and by whom.</summary>
internal sealed record PageOptions
{
    internal static readonly PageOptions Default = new();

    /// <summary>What the system of whoever looks asks for.</summary>
    /// <value>Default: light.</value>
    internal ColorScheme Theme { get; init; } = ColorScheme.Light;

    /// <value>Default: a desktop's.</value>
    internal PageScreen Screen { get; init; } = PageScreen.Desktop;

    /// <summary>The API key that each request carries; null: none.</summary>
    internal string? Key { get; init; }

    /// <summary>False: a page without any script.</summary>
    /// <value>Default: true.</value>
    internal bool Script { get; init; } = true;

    internal BrowserNewContextOptions ForContext(Uri address) => new()
    {
        BaseURL = address.ToString(),
        ColorScheme = Theme,
        ViewportSize = Screen == PageScreen.Phone ? new() { Width = 390, Height = 844 } : new() { Width = 1280, Height = 800 },
        DeviceScaleFactor = Screen == PageScreen.Phone ? 2 : 1,
        IsMobile = Screen == PageScreen.Phone,
        HasTouch = Screen == PageScreen.Phone,
        JavaScriptEnabled = Script,
        ExtraHTTPHeaders = Key is null ? null : [new("X-Api-Key", Key)],

        // The same picture everywhere, at every time.
        Locale = "en-GB",
        TimezoneId = "UTC",
        ReducedMotion = ReducedMotion.Reduce,
    };
}

/// <summary>On what a page is shown.</summary>
public enum PageScreen
{
    Desktop,
    Phone,
}
