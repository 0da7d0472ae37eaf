using System.Collections.Concurrent;
using System.Text;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;

namespace Cano.Tests.Telemetry;

/// <summary>What OTLP is sent to: keeps what comes, by signal (<c>traces</c>, <c>metrics</c>, <c>logs</c>).</summary>
internal sealed class Collector : IAsyncDisposable
{
    private static readonly TimeSpan s_patience = TimeSpan.FromSeconds(60);

    private readonly WebApplication _web;
    private readonly ConcurrentQueue<(string Signal, byte[] Body)> _got = new();
    private readonly SemaphoreSlim _news = new(0);

    private Collector(WebApplication web) => _web = web;

    internal string Url => _web.Urls.Single();

    internal static async Task<Collector> StartAsync()
    {
        WebApplicationBuilder builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        WebApplication web = builder.Build();
        web.Urls.Add("http://127.0.0.1:0");
        Collector collector = new(web);
        web.MapPost("/v1/{signal}", collector.TakeAsync);
        await web.StartAsync(TestContext.Current.CancellationToken);
        return collector;
    }

    /// <summary>Waits until messages of a signal, each of which has some bytes, have all of these texts among them.</summary>
    internal async Task GotAsync(string signal, byte[] bytes, params string[] texts)
    {
        using CancellationTokenSource limit = new(s_patience, TimeProvider.System);
        while (Missing(signal, bytes, texts) is [_, ..] missing)
        {
            try
            {
                await _news.WaitAsync(limit.Token);
            }
            catch (OperationCanceledException)
            {
                throw new TimeoutException($"Nothing of {string.Join(", ", missing)} came as {signal} within {s_patience.TotalSeconds} s.");
            }
        }
    }

    public async ValueTask DisposeAsync()
    {
        await _web.DisposeAsync();
        _news.Dispose();
    }

    private string[] Missing(string signal, byte[] bytes, string[] texts)
    {
        byte[][] bodies = [.. _got.Where(one => one.Signal == signal && one.Body.AsSpan().IndexOf(bytes) >= 0).Select(one => one.Body)];
        return [.. texts.Where(text => !bodies.Any(body => body.AsSpan().IndexOf(Encoding.UTF8.GetBytes(text)) >= 0))];
    }

    private async Task<IResult> TakeAsync(string signal, HttpRequest request)
    {
        using MemoryStream body = new();
        await request.Body.CopyToAsync(body, TestContext.Current.CancellationToken);
        _got.Enqueue((signal, body.ToArray()));
        _news.Release();
        return Results.Ok();
    }
}
