using System.Net.Http;
using System.Security.Claims;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.Extensions.DependencyInjection;

namespace Cano.Tests.Http;

/// <summary>What pages show of whoever has signed in.</summary>
public sealed class SignedInTests
{
    [Fact]
    public async Task Visitor_SignedIn_HasNameRoleAndAWayOut()
    {
        string html = await RenderAsync(SignInTicket.Of(new ApiKeyOptions { Name = "<Ada>", Hash = new string('0', 64), Role = "operator" }));

        Assert.Contains("method=\"post\" action=\"/signout\"><input type=\"hidden\" name=\"__RequestVerificationToken\" value=\"", html, StringComparison.Ordinal);
        Assert.Contains("<span>&lt;Ada&gt; (operator)</span>", html, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Visitor_NotSignedIn_HasNothing() => Assert.Equal("", await RenderAsync(new(new ClaimsIdentity([new(ClaimTypes.Role, "operator")], "anonymous"))));

    private static async Task<string> RenderAsync(ClaimsPrincipal visitor)
    {
        WebApplicationBuilder builder = WebApplication.CreateSlimBuilder();
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        builder.Services.AddRazorComponents();
        await using WebApplication web = builder.Build();
        web.MapGet("/", (HttpContext http) =>
        {
            http.User = visitor;
            return new RazorComponentResult<SignedIn>();
        });
        await web.StartAsync(TestContext.Current.CancellationToken);
        using HttpClient client = new();
        return (await client.GetStringAsync(new Uri(web.Urls.Single()), TestContext.Current.CancellationToken)).Trim();
    }
}
