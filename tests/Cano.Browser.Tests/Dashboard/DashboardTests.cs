using System.Globalization;
using System.Text.Json;
using System.Text.Json.Nodes;
using Cano.Tests.Browsers;
using Cano.Tests.Http;
using Cano.Tests.Pages;
using Microsoft.Playwright;

namespace Cano.Tests.Dashboard;

/// <summary>Pages of the dashboard: what tests of all of them need.</summary>
public abstract class DashboardTests(ApiProcess api, SharedBrowser browser) : PageTests(api, browser)
{
    private protected static ILocatorAssertions Expect(ILocator locator) => Assertions.Expect(locator);

    private protected static IPageAssertions Expect(IPage page) => Assertions.Expect(page);

    /// <summary>Starts a batch of the simulation and answers with its id.</summary>
    private protected async Task<string> StartAsync(string name, string timeout, IEnumerable<object> instances, int? maxConcurrency = null)
    {
        JsonObject batch = new()
        {
            ["name"] = name,
            ["timeout"] = JsonNode.Parse(timeout),
            ["maxConcurrency"] = maxConcurrency,
            ["instances"] = JsonSerializer.SerializeToNode(instances),
        };
        if (maxConcurrency is null)
        {
            batch.Remove("maxConcurrency");
        }

        Answer answer = await Api.StartAsync(batch.ToJsonString());
        Assert.Equal(201, answer.Status);
        return answer.Of("id")!;
    }

    /// <summary>Starts a batch and waits until it is finished.</summary>
    private protected async Task<string> RunAsync(string name, string timeout, IEnumerable<object> instances)
    {
        string id = await StartAsync(name, timeout, instances);
        await Api.FollowAsync(id);
        return id;
    }

    /// <summary>An instance that takes so long, once or several times.</summary>
    private protected static object Instance(string id, int delayMs, int steps = 1, string? label = null, int? throwAtStep = null, int retries = 0, object? output = null) => new
    {
        id,
        workflow = "cano.simulate",
        label,
        @params = new { delayMs, steps, throwAtStep, retries, output },
    };

    private protected static string Number(int number) => number.ToString("N0", CultureInfo.InvariantCulture);
}
