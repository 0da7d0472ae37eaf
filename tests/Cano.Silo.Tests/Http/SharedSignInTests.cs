using Cano.TestDatabase;
using Cano.Tests.Postgres;

namespace Cano.Tests.Http;

/// <summary>How long a sign-in holds, and where.</summary>
public sealed class SharedSignInTests(SharedPostgres postgres)
{
    private const string Other = "another-key-0123456789abcdef";

    [Fact]
    public async Task Cookie_AfterARestart_HoldsAsLongAsItsKeyIsThereWithThatRole()
    {
        await using ApiProcess api = new(KeyedApi.Settings);
        await api.InitializeAsync();
        using Browser browser = new(api.Http.BaseAddress!);
        await browser.SignInAsync(KeyedApi.Operator);
        string token = await browser.TokenAsync();

        async Task<(int Read, int Cancel)> AfterRestartAsync(params string[] settings)
        {
            await api.RestartAsync(settings);
            browser.Host = api.Http.BaseAddress!;
            return ((await browser.GetAsync("/api/batches")).Status, (await browser.AskAsync(System.Net.Http.HttpMethod.Post, "/api/batches/never/cancel", null, ("X-CSRF-Token", token))).Status);
        }

        Assert.Equal((200, 404), await AfterRestartAsync(KeyedApi.Settings));
        Assert.Equal((401, 401), await AfterRestartAsync(KeyedApi.Key(0, "reader", KeyedApi.Reader, "reader")));
        Assert.Equal((401, 401), await AfterRestartAsync(KeyedApi.Key(0, "operator", KeyedApi.Operator, "reader")));
        Assert.Equal((401, 401), await AfterRestartAsync(KeyedApi.Key(0, "operator", Other, "operator")));
        Assert.Equal((401, 401), await AfterRestartAsync(KeyedApi.Key(0, "renamed", KeyedApi.Operator, "operator")));
        Assert.Equal((401, 401), await AfterRestartAsync([.. KeyedApi.Settings, "Cano:ServiceId=another"]));
        Assert.Equal((200, 404), await AfterRestartAsync(KeyedApi.Settings));
    }

    [Fact]
    public async Task Cookie_OfOneSilo_IsTakenByTheOthers()
    {
        string connectionString = await (await postgres.GetAsync()).CreateDatabaseAsync();
        await using ServeProcess one = ServeProcess.Start(connectionString, KeyedApi.Settings);
        await using ServeProcess two = ServeProcess.Start(connectionString, KeyedApi.Settings);
        await Task.WhenAll(one.ReadyAsync(), two.ReadyAsync());
        Uri[] silos = [await one.UrlAsync(), await two.UrlAsync()];
        foreach (Uri first in silos)
        {
            Uri second = silos.Single(silo => silo != first);
            using Browser browser = new(first);
            await browser.SignInAsync(KeyedApi.Operator);
            string token = await browser.TokenAsync();

            browser.Host = second;

            Assert.Equal(200, (await browser.GetAsync("/api/batches")).Status);
            Assert.Equal(404, (await browser.AskAsync(System.Net.Http.HttpMethod.Post, "/api/batches/never/cancel", null, ("X-CSRF-Token", token))).Status);
        }
    }
}
