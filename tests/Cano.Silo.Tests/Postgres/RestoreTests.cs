using System.Net;
using System.Net.Http;
using System.Text;
using System.Text.Json;
using Cano.CrashHost;
using Cano.TestDatabase;
using Cano.Tests.Commands;
using Cano.Tests.Storage;
using Npgsql;

namespace Cano.Tests.Postgres;

/// <summary>A copy of the database, made in the middle of batches, and a silo that goes on from it; all of it with the two users of deploy/postgres/roles.sql, as in production.</summary>
public sealed class RestoreTests : IDisposable
{
    private const int Instances = 3_000;

    private const string End = "end";

    private readonly HttpClient _http = new() { Timeout = CanoProcess.Patience };
    private readonly TemporaryFolder _folder = new();

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    public void Dispose()
    {
        _http.Dispose();
        _folder.Dispose();
    }

    [Fact]
    public async Task Dump_MadeWhileABatchRuns_IsRestoredAndGoneOnFrom()
    {
        await using PostgresServer server = await SharedPostgres.StartOwnAsync();
        string database = await DatabaseRoles.CreateDatabaseAsync(server);
        await (await PostgresStorage.OpenAsync(DatabaseRoles.Owner(server, database))).DisposeAsync();
        string file;
        string before;
        HashSet<string> final;
        await using (ServeProcess silo = Serve(server, database))
        {
            Uri url = await silo.UrlAsync();
            await StartAsync(url, "before", count: 10, steps: 1);
            await FinishedAsync(url, "before");
            before = await ResultsAsync(url, "before");
            await StartAsync(url, "middle", Instances, steps: 10, lasting: 10);
            await UntilAsync(url, "middle", status => status.GetProperty("completed").GetInt32() >= Instances / 4);
            final = [.. Lines(await ResultsAsync(url, "middle"))];

            file = await server.DumpAsync(database);

            Assert.Equal("running", (await StatusAsync(url, "middle")).GetProperty("phase").GetString());
            _folder.Write(End, "");
            await FinishedAsync(url, "middle");
            await StartAsync(url, "after", count: 10, steps: 1);
            await FinishedAsync(url, "after");
            silo.Process.KillHard();
            await silo.Process.EndAsync();
        }

        // On another server, which has nothing but the roles.
        await using PostgresServer other = await SharedPostgres.StartOwnAsync();
        string copy = await DatabaseRoles.CreateDatabaseAsync(other);
        await other.RestoreAsync(copy, file, DatabaseRoles.Administrator, DatabaseRoles.AdministratorPassword);
        Assert.Equal("middle", await other.ExecuteAsync(copy, "SELECT string_agg(Id, ' ') FROM CanoBatch WHERE IsUnfinished"));
        Assert.Equal(await DatabaseRoles.RightsAsync(server, database), await DatabaseRoles.RightsAsync(other, copy));
        await using ServeProcess restored = Serve(other, copy);
        Uri again = await restored.UrlAsync();
        JsonElement end = await FinishedAsync(again, "middle");
        string[] results = Lines(await ResultsAsync(again, "middle"));

        // Exact, once each; what was final at the time of the copy is as it was, what ended before is untouched, and what began later never was.
        Assert.Equal((Instances, 0, 0), (end.GetProperty("completed").GetInt32(), end.GetProperty("failed").GetInt32(), end.GetProperty("cancelled").GetInt32()));
        Assert.Equal(Instances, results.Select(line => JsonElement.Parse(line).GetProperty("id").GetString()).Distinct().Count());
        Assert.Equal(Instances, results.Length);
        Assert.InRange(final.Count, Instances / 4, Instances - 1);
        Assert.Subset(results.ToHashSet(), final);
        Assert.Equal(before, await ResultsAsync(again, "before"));
        using HttpResponseMessage later = await _http.GetAsync(new Uri(again, "/api/batches/after"), Token);
        Assert.Equal(HttpStatusCode.NotFound, later.StatusCode);
    }

    /// <summary>In another database of the server, as docs/kubernetes.md shows it.</summary>
    [Fact]
    public async Task Dump_RestoredBesideTheOriginal_HasTheSameRights()
    {
        await using PostgresServer server = await SharedPostgres.StartOwnAsync();
        string database = await DatabaseRoles.CreateDatabaseAsync(server);
        await (await PostgresStorage.OpenAsync(DatabaseRoles.Owner(server, database))).DisposeAsync();
        string rights = await DatabaseRoles.RightsAsync(server, database);
        string file = await server.DumpAsync(database);

        string bySuperuser = await AnotherAsync();
        await server.RestoreAsync(bySuperuser, file);
        string byAdministrator = await AnotherAsync();
        await server.ExecuteAsync(byAdministrator, $"ALTER DATABASE {byAdministrator} OWNER TO {DatabaseRoles.Administrator}; GRANT USAGE, CREATE ON SCHEMA public TO cano_owner");
        await server.RestoreAsync(byAdministrator, file, DatabaseRoles.Administrator, DatabaseRoles.AdministratorPassword);

        Assert.Contains("cano_user", rights, StringComparison.Ordinal);
        Assert.Equal(rights, await DatabaseRoles.RightsAsync(server, bySuperuser));
        Assert.Equal(rights, await DatabaseRoles.RightsAsync(server, byAdministrator));

        async Task<string> AnotherAsync() => new NpgsqlConnectionStringBuilder(await server.CreateDatabaseAsync()).Database!;
    }

    private static ServeProcess Serve(PostgresServer server, string database) => ServeProcess.Start(DatabaseRoles.User(server, database), "Cano:Storage:Migrate=false");

    private static string[] Lines(string text) => text.Split('\n', StringSplitOptions.RemoveEmptyEntries);

    /// <summary>Starts a batch of which the last so many instances last until there is a file, so that it can't end before.</summary>
    private async Task StartAsync(Uri url, string id, int count, int steps, int lasting = 0)
    {
        StringBuilder lines = new($$"""{ "id": "{{id}}", "timeout": { "kind": "waitForever" } }""" + "\n");
        foreach (int number in Enumerable.Range(0, count))
        {
            object instance = number < count - lasting
                ? new { id = $"i{number}", workflow = "cano.simulate", @params = new { steps, delayMs = 100 } }
                : new { id = $"i{number}", workflow = Trail.Key.Name, @params = new { steps = int.MaxValue, delayMs = 100, untilFile = _folder.At(End) } };
            lines.Append(JsonSerializer.Serialize(instance)).Append('\n');
        }

        using StringContent content = new(lines.ToString(), Encoding.UTF8, "application/x-ndjson");
        using HttpResponseMessage answer = await _http.PostAsync(new Uri(url, "/api/batches"), content, Token);
        Assert.Equal(HttpStatusCode.Created, answer.StatusCode);
    }

    private async Task<JsonElement> StatusAsync(Uri url, string id) => JsonElement.Parse(await _http.GetStringAsync(new Uri(url, $"/api/batches/{id}"), Token));

    private Task<string> ResultsAsync(Uri url, string id) => _http.GetStringAsync(new Uri(url, $"/api/batches/{id}/results.ndjson"), Token);

    private Task<JsonElement> FinishedAsync(Uri url, string id) => UntilAsync(url, id, status => status.GetProperty("phase").GetString() == "finished");

    private async Task<JsonElement> UntilAsync(Uri url, string id, Predicate<JsonElement> holds)
    {
        using PeriodicTimer pause = new(TimeSpan.FromMilliseconds(50), TimeProvider.System);
        long begun = TimeProvider.System.GetTimestamp();
        JsonElement status;
        while (!holds(status = await StatusAsync(url, id)))
        {
            Assert.True(TimeProvider.System.GetElapsedTime(begun) < CanoProcess.Patience, $"What is waited for of {id} has not come: {status}");
            await pause.WaitForNextTickAsync(Token);
        }

        return status;
    }
}
