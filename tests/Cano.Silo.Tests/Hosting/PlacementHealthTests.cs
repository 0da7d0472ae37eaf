using System.Net;
using System.Net.Http.Json;
using System.Text.Json;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.Extensions.DependencyInjection;

namespace Cano.Tests.Hosting;

/// <summary>
/// Instances whose workflow no silo has are told of by the silo that their batches are on, and do not make it less ready.
/// </summary>
public sealed class PlacementHealthTests
{
    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Ready_InstancesWaitForAWorkflow_SaysWhichAndIsStillReady()
    {
        WebApplicationBuilder builder = WebApplication.CreateSlimBuilder();
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        builder.Services.AddSingleton<UnplaceableTally>();
        builder.Services.AddHealthChecks().AddCheck<PlacementHealth>("workflows");
        await using WebApplication web = builder.Build();
        HealthEndpoints.Map(web);
        await web.StartAsync(Token);
        using HttpClient http = new() { BaseAddress = new(web.Urls.Single()) };
        UnplaceableTally tally = web.Services.GetRequiredService<UnplaceableTally>();

        tally.Set("b/0", "orders.price", 12);
        (HttpStatusCode Code, string? Status, string? Check, string? Reason) waiting = await ReadyAsync(http);
        tally.Remove("b/0");
        (HttpStatusCode Code, string? Status, string? Check, string? Reason) after = await ReadyAsync(http);

        const string reason = "12 instances wait for a silo that has workflow 'orders.price'.";
        Assert.Equal((HttpStatusCode.OK, "degraded", "degraded", reason), waiting);
        Assert.Equal((HttpStatusCode.OK, "healthy", "healthy", "No instance waits for a silo that has its workflow."), after);
    }

    [Fact]
    public void Text_OfSeveralWorkflows_NamesThoseWithTheMost()
    {
        UnplaceableTally tally = new();
        foreach (int number in Enumerable.Range(1, 8))
        {
            tally.Set("b/0", $"w{number}", number);
            tally.Set("b/1", $"w{number}", number == 3 ? 1_000 : 1);
        }

        Assert.Equal(
            "1,043 instances wait for silos that have their workflows: 'w3' (1,003), 'w8' (9), 'w7' (8), 'w6' (7), 'w5' (6), and 3 more.",
            UnplaceableText.Of(tally.ByWorkflow()));
    }

    [Theory]
    [InlineData(0, null)]
    [InlineData(1, "1 instance waits for a silo that has its workflow.")]
    [InlineData(1_200, "1,200 instances wait for a silo that has their workflow.")]
    public void Text_OfABatch_SaysHowManyWait(int count, string? text) =>
        Assert.Equal(text, UnplaceableText.Of(new BatchStatus { Id = "b", Total = 2_000, Pending = 1_500, Unplaceable = count }));

    private static async Task<(HttpStatusCode Code, string? Status, string? Check, string? Reason)> ReadyAsync(HttpClient http)
    {
        using HttpResponseMessage answer = await http.GetAsync(new Uri("/health/ready", UriKind.Relative), Token);
        JsonElement report = await answer.Content.ReadFromJsonAsync<JsonElement>(Token);
        JsonElement check = report.GetProperty("checks").EnumerateArray().Single(one => one.GetProperty("name").GetString() == "workflows");
        string? status = report.GetProperty("status").GetString();
        return (answer.StatusCode, status, check.GetProperty("status").GetString(), check.GetProperty("reason").GetString());
    }
}
