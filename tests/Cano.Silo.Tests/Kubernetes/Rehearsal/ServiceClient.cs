using System.Collections.Concurrent;
using System.Diagnostics;
using System.Net.Http;
using System.Net.Sockets;
using System.Text;
using Cano.Tests.Http;

namespace Cano.Tests.Kubernetes.Rehearsal;

/// <summary>A client of the Service: each new connection goes to some pod that is in it, as Kubernetes leads them, and is used for a few seconds.</summary>
internal sealed class ServiceClient : IDisposable
{
    private static readonly TimeSpan s_slow = TimeSpan.FromSeconds(2);

    private readonly RehearsedCluster _cluster;
    private readonly HttpClient _http;
    private string _pod = "";

    internal ServiceClient(RehearsedCluster cluster)
    {
        _cluster = cluster;
        _http = new(new SocketsHttpHandler { ConnectCallback = ConnectAsync, PooledConnectionLifetime = TimeSpan.FromSeconds(2) })
        {
            BaseAddress = new("http://cano"),
            Timeout = TimeSpan.FromSeconds(90),
        };
        _http.DefaultRequestHeaders.Authorization = new("Bearer", KeyedApi.Operator);
    }

    /// <summary>Every request that did not succeed, one line each.</summary>
    internal ConcurrentQueue<string> Errors { get; } = new();

    /// <summary>Every request that took long, one line each.</summary>
    internal ConcurrentQueue<string> Slow { get; } = new();

    internal Task<string?> GetAsync(string path) => SendAsync(HttpMethod.Get, path, json: null);

    internal Task<string?> PostAsync(string path, string json) => SendAsync(HttpMethod.Post, path, json);

    public void Dispose() => _http.Dispose();

    /// <summary>Asks once. One client asks one thing at a time.</summary>
    /// <returns>The answer; null: there was an error.</returns>
    private async Task<string?> SendAsync(HttpMethod method, string path, string? json)
    {
        using HttpRequestMessage request = new(method, path) { Content = json is null ? null : new StringContent(json, Encoding.UTF8, "application/json") };
        long started = Stopwatch.GetTimestamp();
        try
        {
            using HttpResponseMessage answer = await _http.SendAsync(request, TestContext.Current.CancellationToken);
            string text = await answer.Content.ReadAsStringAsync(TestContext.Current.CancellationToken);
            if (answer.IsSuccessStatusCode)
            {
                return text;
            }

            Errors.Enqueue(Line($"{(int)answer.StatusCode} {text}"));
        }
        catch (Exception exception) when (exception is HttpRequestException or OperationCanceledException && !TestContext.Current.CancellationToken.IsCancellationRequested)
        {
            Errors.Enqueue(Line($"{exception.Message} {exception.InnerException?.Message}"));
        }
        finally
        {
            if (Stopwatch.GetElapsedTime(started) > s_slow)
            {
                Slow.Enqueue(Line("slow"));
            }
        }

        return null;

        string Line(string what) => $"{TimeProvider.System.GetUtcNow():HH:mm:ss.fff} {method} {path} at {_pod} after {Stopwatch.GetElapsedTime(started).TotalSeconds:N1} s: {what}";
    }

    private async ValueTask<Stream> ConnectAsync(SocketsHttpConnectionContext context, CancellationToken cancellationToken)
    {
        Pod[] pods = [.. _cluster.Pods.Where(pod => pod.IsInService)];
        Pod pod = pods.Length > 0 ? pods[Random.Shared.Next(pods.Length)] : throw new HttpRequestException("No pod is in the Service.");
        _pod = pod.Name;
        Socket socket = new(SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        try
        {
            await socket.ConnectAsync(pod.At.Address, _cluster.HttpPort, cancellationToken);
            return new NetworkStream(socket, ownsSocket: true);
        }
        catch
        {
            socket.Dispose();
            throw;
        }
    }
}
