using System.Net;
using System.Net.Http;
using System.Security.Cryptography;
using System.Text;
using Cano.TestDatabase;
using Cano.Tests.Commands;
using Cano.Tests.Storage;
using k8s.Models;
using Npgsql;

namespace Cano.Tests.Kubernetes;

/// <summary>The host, started as a process with the arguments and the environment that the overlays give its container.</summary>
public sealed class ServedTests : IDisposable
{
    /// <summary>What the host says before the address that it was given.</summary>
    private const string Listening = "Now listening on: ";

    private const string Key = "the-key-of-this-test";

    /// <summary>What must differ so that tests can run beside each other on one machine, and what the base image sets.</summary>
    private static readonly (string Name, string Value)[] s_here =
    [
        ("Cano__SiloPort", "0"), ("Cano__GatewayPort", "0"), ("Logging__Console__LogToStandardErrorThreshold", "Trace"), ("DOTNET_SYSTEM_GLOBALIZATION_INVARIANT", "true"),
    ];

    private readonly TemporaryFolder _folder = new();
    private readonly HttpClient _http = new();

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    public void Dispose()
    {
        _http.Dispose();
        _folder.Dispose();
    }

    [Fact]
    public async Task Dev_StartedAsItsPodSays_AnswersItsProbesAndWritesToItsMountsAlone()
    {
        Manifests manifests = await Overlays.BuildAsync(Overlays.Dev);
        string data = manifests.One<V1ConfigMap>().Data["Cano__Storage__Folder"];

        await using CanoProcess silo = Start(manifests, manifests.Silo, [], ("Cano__Storage__Folder", Mount(data)));
        await AnswersAsync(silo, manifests.Silo);

        Assert.NotEmpty(Directory.GetFiles(Mount(data)));
        Assert.Empty(Directory.GetFileSystemEntries(Mount("app")));
    }

    [Fact]
    public async Task Production_StartedAsItsPodSays_MigratesAsTheOwnerAndServesAsTheUser()
    {
        Manifests manifests = await Overlays.BuildAsync(Overlays.Production);
        await using PostgresServer server = await SharedPostgres.StartOwnAsync();
        Dictionary<string, Dictionary<string, string>> secrets = await SecretsAsync(server, "reader");

        await using CanoProcess migration = Start(manifests, manifests.Pod.InitContainers.Single(), secrets);
        CanoProcessResult migrated = await migration.EndAsync();
        Assert.True(migrated.ExitCode == 0, migrated.Error);
        await using CanoProcess silo = Start(manifests, manifests.Silo, secrets);
        Uri url = await AnswersAsync(silo, manifests.Silo);

        Assert.Equal(HttpStatusCode.Unauthorized, await StatusAsync(new(url, "/api/batches"), key: null));
        Assert.Equal(HttpStatusCode.OK, await StatusAsync(new(url, "/metrics"), Key));
        Assert.Contains("\"url\": \"https://", await BehindTlsAsync(new(url, "/openapi/v1.json")), StringComparison.Ordinal);
        await using NpgsqlDataSource source = NpgsqlDataSource.Create(secrets["cano-database"]["connection-string"]);
        Assert.Equal("cano-0 in cano", await source.CreateCommand("SELECT SiloName || ' in ' || DeploymentId FROM OrleansMembershipTable").ExecuteScalarAsync(Token));
        Assert.Empty(Directory.GetFileSystemEntries(Mount("app")));
    }

    /// <summary>No more rights than the security context leaves: the image's user, and a root file system that can't be written.</summary>
    [Fact]
    public async Task Production_AsItsSecurityContextSays_MigratesAndRunsABatchThatIsSentLineByLine()
    {
        await ContainerSandbox.RequireAsync();
        Manifests manifests = await Overlays.BuildAsync(Overlays.Production);
        await using PostgresServer server = await SharedPostgres.StartOwnAsync();
        Dictionary<string, Dictionary<string, string>> secrets = await SecretsAsync(server, "operator");

        await using CanoProcess migration = Confine(manifests, manifests.Pod.InitContainers.Single(), secrets);
        CanoProcessResult migrated = await migration.EndAsync();
        Assert.True(migrated.ExitCode == 0, migrated.Error);
        await using CanoProcess silo = Confine(manifests, manifests.Silo, secrets);
        Uri url = await AnswersAsync(silo, manifests.Silo);
        using StringContent lines = new(
            """
            { "id": "b", "timeout": { "kind": "waitForever" } }
            { "id": "a", "workflow": "cano.simulate", "params": { "output": 7 } }

            """,
            Encoding.UTF8,
            "application/x-ndjson");
        using HttpRequestMessage start = new(HttpMethod.Post, new Uri(url, "/api/batches")) { Content = lines, Headers = { Authorization = new("Bearer", Key) } };
        using HttpResponseMessage started = await _http.SendAsync(start, Token);

        Assert.Equal(HttpStatusCode.Created, started.StatusCode);
        await using NpgsqlDataSource source = NpgsqlDataSource.Create(secrets["cano-database"]["connection-string"]);
        await UntilAsync(async () => await source.CreateCommand("SELECT Completed FROM CanoBatch WHERE Id = 'b' AND Phase = 'finished'").ExecuteScalarAsync(Token) is 1, "a finished batch");
        Assert.All(ContainerSandbox.WritableMounts(silo.Id), mount => Assert.Matches("^/(tmp|proc|dev|sys)(/|$)", mount));
        string status = await File.ReadAllTextAsync($"/proc/{silo.Id}/status", Token);
        Assert.Matches(@"\nUid:\s1654\s1654\s1654\s1654\nGid:\s1654\s1654\s1654\s1654\n", status);
        Assert.Contains("\nCapEff:\t0000000000000000\n", status, StringComparison.Ordinal);
    }

    /// <summary>A folder in the place of one of the container's.</summary>
    private string Mount(string path) => Directory.CreateDirectory(_folder.At(path.TrimStart('/'))).FullName;

    /// <summary>What no manifest has: the two users of the database, and a key.</summary>
    private static async Task<Dictionary<string, Dictionary<string, string>>> SecretsAsync(PostgresServer server, string role)
    {
        string database = new NpgsqlConnectionStringBuilder(await server.CreateDatabaseAsync()).Database!;
        await server.ExecuteAsync(database, await File.ReadAllTextAsync(Path.Combine(AppContext.BaseDirectory, "roles.sql"), Token));
        return new()
        {
            ["cano-database"] = new()
            {
                ["owner-connection-string"] = server.ConnectionString(database, "cano_owner", "change-this-one"),
                ["connection-string"] = server.ConnectionString(database, "cano_user", "and-change-this-one"),
            },
            ["cano-api-keys"] = new()
            {
                ["Cano__Http__ApiKeys__0__Name"] = "test",
                ["Cano__Http__ApiKeys__0__Hash"] = Convert.ToHexString(SHA256.HashData(Encoding.UTF8.GetBytes(Key))),
                ["Cano__Http__ApiKeys__0__Role"] = role,
            },
        };
    }

    private CanoProcess Start(Manifests manifests, V1Container container, Dictionary<string, Dictionary<string, string>> secrets, params (string Name, string Value)[] differing) =>
        CanoProcess.Start("Cano.Silo", Mount("app"), Arguments(container), environment: Variables(manifests, container, secrets, [("TMPDIR", Mount("tmp")), .. differing]));

    private CanoProcess Confine(Manifests manifests, V1Container container, Dictionary<string, Dictionary<string, string>> secrets) => CanoProcess.Start(
        ContainerSandbox.Command(manifests.Pod, container, "Cano.Silo", Arguments(container)),
        Mount("app"),
        input: null,
        Variables(manifests, container, secrets, [("TMPDIR", "/tmp"), ("HOME", "/home/app")]));

    private static string[] Arguments(V1Container container) => [.. container.Args.Select(argument => argument.Replace(":5080", ":0", StringComparison.Ordinal))];

    private static (string Name, string Value)[] Variables(
        Manifests manifests, V1Container container, Dictionary<string, Dictionary<string, string>> secrets, (string Name, string Value)[] differing)
    {
        Dictionary<string, string> environment = ContainerEnvironment.Of(manifests, container, secrets);
        foreach ((string name, string value) in (IEnumerable<(string, string)>)[.. s_here, .. differing])
        {
            environment[name] = value;
        }

        return [.. environment.Select(variable => (variable.Key, variable.Value))];
    }

    /// <summary>Waits until the host serves, and asks it what the kubelet would.</summary>
    private async Task<Uri> AnswersAsync(CanoProcess silo, V1Container container)
    {
        await silo.ErrorSaysAsync(Listening);
        Uri said = new(silo.Error.Split(Listening)[1].Split('\n')[0].Trim());
        Uri url = new($"http://127.0.0.1:{said.Port}");
        foreach (V1Probe probe in (V1Probe[])[container.StartupProbe, container.LivenessProbe, container.ReadinessProbe])
        {
            Assert.Equal(HttpStatusCode.OK, await StatusAsync(new(url, probe.HttpGet.Path), key: null));
        }

        return url;
    }

    /// <summary>What it answers when an ingress says that it was asked by HTTPS.</summary>
    private async Task<string> BehindTlsAsync(Uri url)
    {
        using HttpRequestMessage request = new(HttpMethod.Get, url);
        request.Headers.Authorization = new("Bearer", Key);
        request.Headers.Add("X-Forwarded-Proto", "https");
        using HttpResponseMessage answer = await _http.SendAsync(request, Token);
        return await answer.Content.ReadAsStringAsync(Token);
    }

    private async Task<HttpStatusCode> StatusAsync(Uri url, string? key)
    {
        using HttpRequestMessage request = new(HttpMethod.Get, url);
        if (key is not null)
        {
            request.Headers.Authorization = new("Bearer", key);
        }

        using HttpResponseMessage answer = await _http.SendAsync(request, Token);
        return answer.StatusCode;
    }

    private static async Task UntilAsync(Func<Task<bool>> holds, string what)
    {
        using PeriodicTimer pause = new(TimeSpan.FromMilliseconds(50), TimeProvider.System);
        long begun = TimeProvider.System.GetTimestamp();
        while (!await holds())
        {
            Assert.True(TimeProvider.System.GetElapsedTime(begun) < CanoProcess.Patience, $"There never was {what}.");
            await pause.WaitForNextTickAsync(Token);
        }
    }
}
