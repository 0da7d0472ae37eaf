using System.Collections.Concurrent;
using System.Diagnostics;
using System.Net.Http;
using System.Net.ServerSentEvents;
using System.Net.Sockets;
using System.Text;
using Cano.Tests.Http;

namespace Cano.Tests.Kubernetes.Rehearsal;

/// <summary>A client of the Service: each new connection goes to some pod that is in it, as Kubernetes leads them, and is used for a few seconds. Or a client of one pod.</summary>
internal sealed class ServiceClient : IDisposable
{
    private static readonly TimeSpan s_slow = TimeSpan.FromSeconds(2);

    private readonly RehearsedCluster _cluster;
    private readonly Pod? _only;
    private readonly HttpClient _http;
    private string _pod = "";

    internal ServiceClient(RehearsedCluster cluster, Pod? only = null)
    {
        (_cluster, _only) = (cluster, only);
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

    internal Task<string?> GetAsync(string path) => SendAsync(HttpMethod.Get, path, content: null, ReadAllAsync);

    internal Task<string?> PostAsync(string path, string document, string type) =>
        SendAsync(HttpMethod.Post, path, new StringContent(document, Encoding.UTF8, type), ReadAllAsync);

    /// <summary>Follows events until their stream ends, as it does when the batch has finished or the silo stops.</summary>
    /// <param name="path">Of the stream.</param>
    /// <param name="see">Is given the data of each.</param>
    /// <returns>The data of the last one; null: there was none, or an error.</returns>
    internal Task<string?> FollowAsync(string path, Action<string> see) => SendAsync(HttpMethod.Get, path, content: null, async answer =>
    {
        string? last = null;
        await foreach (SseItem<string> item in SseParser.Create(await answer.Content.ReadAsStreamAsync(TestContext.Current.CancellationToken)).EnumerateAsync(TestContext.Current.CancellationToken))
        {
            see(last = item.Data);
        }

        return last;
    });

    public void Dispose() => _http.Dispose();

    /// <summary>Asks once. One client asks one thing at a time.</summary>
    /// <returns>The answer; null: there was an error.</returns>
    private async Task<string?> SendAsync(HttpMethod method, string path, HttpContent? content, Func<HttpResponseMessage, Task<string?>> readAsync)
    {
        using HttpRequestMessage request = new(method, path) { Content = content };
        long started = Stopwatch.GetTimestamp();
        try
        {
            using HttpResponseMessage answer = await _http.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, TestContext.Current.CancellationToken);
            if (answer.IsSuccessStatusCode)
            {
                return await readAsync(answer);
            }

            Errors.Enqueue(Line($"{(int)answer.StatusCode} {await ReadAllAsync(answer)}"));
        }
        catch (Exception exception) when (exception is HttpRequestException or IOException or OperationCanceledException && !TestContext.Current.CancellationToken.IsCancellationRequested)
        {
            Errors.Enqueue(Line($"{exception.Message} {exception.InnerException?.Message}"));
        }
        finally
        {
            if (Stopwatch.GetElapsedTime(started) > s_slow && !path.EndsWith("/events", StringComparison.Ordinal))
            {
                Slow.Enqueue(Line("slow"));
            }
        }

        return null;

        string Line(string what) => $"{TimeProvider.System.GetUtcNow():HH:mm:ss.fff} {method} {path} at {_pod} after {Stopwatch.GetElapsedTime(started).TotalSeconds:N1} s: {what}";
    }

    private static async Task<string?> ReadAllAsync(HttpResponseMessage answer) => await answer.Content.ReadAsStringAsync(TestContext.Current.CancellationToken);

    private async ValueTask<Stream> ConnectAsync(SocketsHttpConnectionContext context, CancellationToken cancellationToken)
    {
        Pod[] pods = [.. _cluster.Pods.Where(pod => pod.IsInService && (_only is null || pod == _only))];
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
