using System.Net;
using System.Net.Http;
using Cano.Tests.Commands;

namespace Cano.Tests.Http;

/// <summary>What a browser does, as far as signing in goes: it keeps cookies, asks for pages and sends forms. Redirects are shown, not followed.</summary>
internal sealed class Browser : IDisposable
{
    private readonly HttpClient _http;

    internal Browser(Uri host)
    {
        Host = host;
        _http = new(new SocketsHttpHandler { CookieContainer = Cookies, AllowAutoRedirect = false }) { Timeout = CanoProcess.Patience };
    }

    internal Uri Host { get; set; }

    internal CookieContainer Cookies { get; } = new();

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    public void Dispose() => _http.Dispose();

    /// <summary>Asks; a path is one of the host.</summary>
    internal async Task<Answer> AskAsync(HttpMethod method, string path, HttpContent? content = null, params (string Name, string Value)[] headers)
    {
        using HttpRequestMessage request = new(method, new Uri(Host, path)) { Content = content };
        foreach ((string name, string value) in headers)
        {
            request.Headers.TryAddWithoutValidation(name, value);
        }

        using HttpResponseMessage answer = await _http.SendAsync(request, Token);
        return await Answer.ReadAsync(answer, Token);
    }

    internal Task<Answer> GetAsync(string path) => AskAsync(HttpMethod.Get, path);

    /// <summary>Asks for a page.</summary>
    internal Task<Answer> OpenAsync(string path) => AskAsync(HttpMethod.Get, path, null, ("Accept", "text/html,application/xhtml+xml,*/*;q=0.8"));

    internal Task<Answer> SendAsync(string path, IEnumerable<(string Name, string Value)> form, params (string Name, string Value)[] headers) =>
        AskAsync(HttpMethod.Post, path, new FormUrlEncodedContent(form.Select(field => KeyValuePair.Create(field.Name, field.Value))), headers);

    internal Task<Answer> SignInAsync(string key, string returnUrl = "/") => SendAsync("/signin", [("key", key), ("returnUrl", returnUrl)]);

    /// <summary>The anti-forgery token of whoever has signed in.</summary>
    internal async Task<string> TokenAsync() => (await GetAsync("/signin/token")).Of("token")!;
}
