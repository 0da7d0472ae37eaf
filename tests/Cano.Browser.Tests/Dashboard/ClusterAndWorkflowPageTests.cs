using Cano.Tests.Browsers;
using Cano.Tests.Http;
using Cano.Tests.Pages;
using Microsoft.Playwright;

namespace Cano.Tests.Dashboard;

/// <summary>The pages of the cluster and of workflows.</summary>
public sealed class ClusterAndWorkflowPageTests(ApiProcess api, SharedBrowser browser) : DashboardTests(api, browser), IClassFixture<ApiProcess>
{
    [Fact]
    public async Task Cluster_InstancesRun_CountsThem()
    {
        await StartAsync("busy", """{ "kind": "waitForever" }""", Enumerable.Range(0, 7).Select(i => Instance($"a{i}", 600_000)));
        PageSession session = await OpenAsync("/cluster");

        await Expect(session.Page.Locator("tbody tr")).ToHaveCountAsync(1);
        await Expect(session.Page.Locator("[data-label=Silo]")).ToContainTextAsync("answers you");
        await Expect(session.Page.Locator("[data-label='Running instances']")).ToHaveTextAsync("7");
    }

    [Fact]
    public async Task Workflow_ThatHasRun_ShowsHowItDidAndItsStates()
    {
        await RunAsync("recent", """{ "kind": "waitForever" }""", Enumerable.Range(0, 10).Select(i => Instance($"a{i}", 5, steps: 2, throwAtStep: i == 0 ? 1 : null)));
        PageSession session = await OpenAsync("/workflows");

        await session.Page.GetByRole(AriaRole.Link, new() { Name = "cano.simulate" }).ClickAsync();

        await Expect(session.Page.GetByRole(AriaRole.Heading, new() { Level = 1 })).ToHaveTextAsync("cano.simulate");
        await Expect(session.Page.Locator(".tiles")).ToContainTextAsync("90 %");
        await Expect(session.Page.Locator("#graph")).ToHaveAttributeAsync("aria-label", "4 states, from Start to Done or Rejected.");
        await session.Page.GetByText("As a table").ClickAsync();
        ILocator ways = session.Page.Locator("figure tbody tr");
        await Expect(ways.Filter(new() { HasText = "Start" })).ToContainTextAsync("Working");
        await Expect(ways.Filter(new() { HasText = "Done" })).ToContainTextAsync("9");
    }
}
