using System.Security.Cryptography;
using System.Text;
using Cano.Tests.Browsers;
using Cano.Tests.Http;
using Cano.Tests.Pages;
using Microsoft.Playwright;

namespace Cano.Tests.Orleans;

/// <summary>Orleans' own pages, under a policy that lets them load scripts from the silo alone.</summary>
public sealed class OrleansPagesTests(OrleansPagesTests.OpenedApi api, SharedBrowser browser) : PageTests(api.Process, browser), IClassFixture<OrleansPagesTests.OpenedApi>
{
    private const string Key = "reader-key-0123456789abcdef";

    [Fact]
    public async Task Pages_WalkedThroughByAReader_ShowTheCluster()
    {
        PageSession session = await OpenAsync("/orleans", new() { Key = Key });
        await Assertions.Expect(session.Page.GetByRole(AriaRole.Heading, new() { Name = "Methods with Most Calls" })).ToBeVisibleAsync();

        foreach ((string place, string shown) in ((string, string)[])[("Grains", "Activations by Type"), ("Lifecycle", "SiloConnectionListener"), ("Reminders", "Reminders Count"), ("Silos", "Silo Health")])
        {
            await session.Page.GetByRole(AriaRole.Link, new() { Name = place, Exact = true }).ClickAsync();
            await Assertions.Expect(session.Page.GetByRole(AriaRole.Heading, new() { Name = place, Exact = true, Level = 1 })).ToBeVisibleAsync();
            await Assertions.Expect(session.Page.GetByText(shown).First).ToBeVisibleAsync();
        }

        await Assertions.Expect(session.Page.GetByRole(AriaRole.Row).Filter(new() { HasText = "127.0.0.1:" }).First).ToContainTextAsync("Active");
        await session.ScreenshotAsync("orleans-silos");
    }

    /// <summary>A host with the pages, for those who have a key.</summary>
    public sealed class OpenedApi : IAsyncLifetime
    {
        internal ApiProcess Process { get; } = new(
            "Cano:Http:OrleansDashboard=true",
            "Cano:Http:ApiKeys:0:Name=reader",
            "Cano:Http:ApiKeys:0:Role=reader",
            $"Cano:Http:ApiKeys:0:Hash={Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(Key)))}");

        public ValueTask InitializeAsync() => Process.InitializeAsync();

        public ValueTask DisposeAsync() => Process.DisposeAsync();
    }
}
