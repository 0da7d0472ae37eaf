namespace Cano.Tests.Http;

/// <summary>Orleans' own pages: only where they are asked for, and without what shows the state of grains. Who may see them: <see cref="SecurityTests"/>.</summary>
public sealed class OrleansPagesTests(ApiProcess closed, OrleansPagesTests.OpenedApi opened) : IClassFixture<ApiProcess>, IClassFixture<OrleansPagesTests.OpenedApi>
{
    [Theory]
    [InlineData("/orleans")]
    [InlineData("/orleans/")]
    [InlineData("/orleans/DashboardCounters")]
    [InlineData("/orleans/GrainState")]
    public async Task Pages_NotAskedFor_AreNotThere(string path) => Assert.Equal(404, (await closed.GetAsync(path)).Status);

    [Theory]
    [InlineData("/orleans/GrainState?grainId=a&grainType=Cano.BatchGrain")]
    [InlineData("/orleans/grainstate?grainId=a&grainType=Cano.BatchGrain")]
    [InlineData("/orleans/GrainState/?grainId=a&grainType=Cano.BatchGrain")]
    [InlineData("/orleans/Trace")]
    public async Task Pages_WhatShowsStateOrTheLog_IsWithheld(string path)
    {
        Answer answer = await opened.Process.GetAsync(path);

        Assert.Equal((404, "not-found"), (answer.Status, answer.Of("code")));
    }

    [Fact]
    public async Task Pages_Opened_MayRunScriptsOfTheSiloOnly()
    {
        Answer page = await opened.Process.GetAsync("/orleans/");

        Assert.Equal((200, "text/html"), (page.Status, page.Type));
        Assert.Contains("default-src 'none'; script-src 'self';", page.Headers["Content-Security-Policy"], StringComparison.Ordinal);
        Assert.Equal(("DENY", "nosniff", "no-store"), (page.Headers["X-Frame-Options"], page.Headers["X-Content-Type-Options"], page.Headers["Cache-Control"]));
    }

    [Fact]
    public async Task Description_OfTheApi_IsSilentAboutThePages() =>
        Assert.DoesNotContain("orleans", (await opened.Process.GetAsync("/openapi/v1.json")).Text, StringComparison.OrdinalIgnoreCase);

    /// <summary>A host with the pages.</summary>
    public sealed class OpenedApi : IAsyncLifetime
    {
        internal ApiProcess Process { get; } = new("Cano:Http:OrleansDashboard=true");

        public ValueTask InitializeAsync() => Process.InitializeAsync();

        public ValueTask DisposeAsync() => Process.DisposeAsync();
    }
}
