using System.Collections.Concurrent;
using System.Globalization;
using Cano.TestDatabase;
using Cano.Tests.Http;
using Npgsql;

namespace Cano.Tests.Kubernetes.Rehearsal;

/// <summary>The production overlay, rehearsed without Kubernetes: pods in network namespaces of their own on this machine, and a PostgreSQL that they share.</summary>
internal sealed class RehearsedCluster : IAsyncDisposable
{
    /// <summary>The version that is rolled out first.</summary>
    internal const string Program = "Cano.Silo";

    /// <summary>A version with one more workflow, <c>test.trail</c>.</summary>
    internal const string NewProgram = "Cano.CrashHost";

    internal const string NewWorkflow = "test.trail";

    private readonly PodNetwork _network;
    private readonly PostgresServer _server;
    private readonly ConcurrentQueue<Pod> _pods = new();
    private int _names;

    private RehearsedCluster(Manifests manifests, PodNetwork network, PostgresServer server, string database)
    {
        (Manifests, _network, _server, Database) = (manifests, network, server, database);
        Secrets = new()
        {
            ["cano-database"] = new()
            {
                ["owner-connection-string"] = server.ConnectionString(database, "cano_owner", "change-this-one", network.Host),
                ["connection-string"] = server.ConnectionString(database, "cano_user", "and-change-this-one", network.Host),
            },
            ["cano-api-keys"] = new()
            {
                ["Cano__Http__ApiKeys__0__Name"] = "rehearsal",
                ["Cano__Http__ApiKeys__0__Hash"] = KeyedApi.HashOf(KeyedApi.Operator),
                ["Cano__Http__ApiKeys__0__Role"] = "operator",
            },
        };
        HttpPort = manifests.Silo.Ports.Single(port => port.Name == "http").ContainerPort;
    }

    internal Manifests Manifests { get; }

    internal Dictionary<string, Dictionary<string, string>> Secrets { get; }

    internal int HttpPort { get; }

    internal string Database { get; }

    /// <summary>All pods that there ever were.</summary>
    internal IReadOnlyCollection<Pod> Pods => _pods;

    /// <summary>The ends that their containers came to without being told, one line each.</summary>
    internal string[] Ends => [.. _pods.SelectMany(pod => pod.Ends)];

    internal static async Task<RehearsedCluster> CreateAsync()
    {
        Manifests manifests = await Overlays.BuildAsync(Overlays.Production);
        PodNetwork network = await PodNetwork.CreateAsync();
        try
        {
            PostgresServer server = await SharedPostgres.StartOwnAsync(new(network.Host, network.Subnet));
            string database = new NpgsqlConnectionStringBuilder(await server.CreateDatabaseAsync()).Database!;
            await server.ExecuteAsync(database, await File.ReadAllTextAsync(Path.Combine(AppContext.BaseDirectory, "roles.sql"), TestContext.Current.CancellationToken));
            return new(manifests, network, server, database);
        }
        catch
        {
            await network.DisposeAsync();
            throw;
        }
    }

    /// <summary>Starts a pod; it is not ready yet.</summary>
    internal async Task<Pod> AddAsync(string program = Program)
    {
        Pod pod = new(this, $"cano-{Interlocked.Increment(ref _names)}", program, await _network.AddAsync());
        _pods.Enqueue(pod);
        await pod.StartAsync();
        return pod;
    }

    /// <summary>The pods that there are now, ready. The first time they are started, as many as the overlay has at least.</summary>
    internal async Task<Pod[]> ReadyPodsAsync(int count = 3)
    {
        Pod[] pods = [.. _pods.Where(pod => !pod.IsDeleted)];
        if (pods.Length == 0)
        {
            pods = await Task.WhenAll(Enumerable.Range(0, count).Select(_ => AddAsync()));
        }

        await Task.WhenAll(pods.Select(pod => pod.ReadyAsync()));
        return pods;
    }

    /// <summary>Replaces pods one by one as <c>maxSurge: 1</c> and <c>maxUnavailable: 0</c> say: the next new one comes while the last old one goes.</summary>
    internal async Task<PodEnd[]> ReplaceAsync(IEnumerable<Pod> old, string program = Program)
    {
        List<Task<PodEnd>> ends = [];
        foreach (Pod pod in old)
        {
            Pod successor = await AddAsync(program);
            await successor.ReadyAsync();
            ends.Add(pod.DeleteAsync());
        }

        return await Task.WhenAll(ends);
    }

    /// <summary>A query with one value for an answer.</summary>
    internal async Task<string> AskAsync(string sql) => Convert.ToString(await _server.ExecuteAsync(Database, sql), CultureInfo.InvariantCulture) ?? "";

    public async ValueTask DisposeAsync()
    {
        try
        {
            await Task.WhenAll(_pods.Select(pod => pod.DisposeAsync().AsTask()));
        }
        finally
        {
            await _network.DisposeAsync();
            await _server.DisposeAsync();
        }
    }
}
