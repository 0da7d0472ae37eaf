using System.Diagnostics;
using Cano.TestDatabase;
using Cano.Tests.Commands;
using Cano.Tests.Storage;

namespace Cano.Tests.Postgres;

/// <summary>What a person sees when the database is not as it should be at the start.</summary>
public sealed class PostgresStartTests(SharedPostgres postgres) : IDisposable
{
    private const string Batch = """{ "timeout": { "kind": "waitForever" }, "instances": [{ "id": "a", "workflow": "cano.simulate" }] }""";
    private const int Sigterm = 15;
    private const string Secret = "hunter2-the-password";

    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task Run_OnPostgres_RunsTheBatch()
    {
        CanoProcessResult run = await RunAsync(await (await postgres.GetAsync()).CreateDatabaseAsync());

        Assert.True(run.ExitCode == 0, run.Error);
    }

    [Fact]
    public async Task Run_NoServerThere_IsRefusedAtOnceInOneLine()
    {
        int port = FreePorts.Find(1)[0];

        CanoProcessResult run = await RunAsync($"Host=127.0.0.1;Port={port};Database=cano;Username=cano;Password={Secret}");

        AssertRefused(
            run, $"cano: The database cano on 127.0.0.1:{port} can't be used: Connection refused. See that the server runs and that ConnectionStrings:Cano names its host and port.");
    }

    [Fact]
    public async Task Run_NoSuchDatabase_IsRefused()
    {
        PostgresServer server = await postgres.GetAsync();

        CanoProcessResult run = await RunAsync(server.ConnectionString("nowhere"));

        AssertRefused(
            run,
            $"cano: The database nowhere on 127.0.0.1:{server.Port} can't be used: database \"nowhere\" does not exist (3D000). Create the database, or name another one in ConnectionStrings:Cano.");
    }

    [Fact]
    public async Task Run_WrongPassword_IsRefusedWithoutShowingIt()
    {
        PostgresServer server = await postgres.GetAsync();

        CanoProcessResult run = await RunAsync(server.ConnectionString("postgres", password: Secret));

        AssertRefused(
            run,
            $"cano: The database postgres on 127.0.0.1:{server.Port} can't be used: password authentication failed for user \"postgres\" (28P01). Set the user and password in ConnectionStrings:Cano.");
    }

    [Theory]
    [InlineData("postgres://cano:" + Secret + "@db/cano", "is no connection string of PostgreSQL")]
    [InlineData("Database=cano;Password=" + Secret, "names no Host")]
    [InlineData("Host=db;Port=many;Password=" + Secret, "is no connection string of PostgreSQL")]
    public async Task Run_AStringThatIsNone_IsRefusedWithoutShowingIt(string connectionString, string fault) => AssertRefused(
        await RunAsync(connectionString), $"cano: ConnectionStrings:Cano {fault}; write it as Host=HOST;Database=NAME;Username=USER;Password=SECRET.");

    [Theory]
    [InlineData("adonet")]
    [InlineData("kubernetes")]
    public async Task Run_ClusteringOnSqlite_IsRefused(string provider) => AssertRefused(
        await CanoProcess.RunAsync(_folder.Path, ["run", _folder.Write("batch.json", Batch), "--set", $"Cano:Clustering:Provider={provider}"]),
        $"cano: Cano:Clustering:Provider is {provider}, which needs a database that several silos share; set Cano:Storage:Provider to postgres, or Cano:Clustering:Provider to localhost.");

    [Fact]
    public async Task Run_AsAPodWithoutItsAddress_IsRefused() => AssertRefused(
        await RunAsync(await (await postgres.GetAsync()).CreateDatabaseAsync(), "Cano:Clustering:Provider=kubernetes"),
        "cano: Cano:Clustering:Provider is kubernetes, but POD_IP, the address of the pod, is not in the environment; let the downward API put it there (fieldPath: status.podIP), or set Cano:AdvertisedIP.");

    [Fact]
    public async Task Run_ASiloUsesTheServiceId_IsRefusedUntilThatIsGone()
    {
        string connectionString = await (await postgres.GetAsync()).CreateDatabaseAsync();
        await using ServeProcess silo = ServeProcess.Start(connectionString);
        await silo.ReadyAsync();

        CanoProcessResult refused = await RunAsync(connectionString);
        CanoProcessResult other = await RunAsync(connectionString, "Cano:ServiceId=other");
        silo.Process.KillHard();
        await silo.Process.EndAsync();
        CanoProcessResult alone = await RunAsync(connectionString);

        Assert.Equal(2, refused.ExitCode);
        Assert.StartsWith("cano: Another silo uses the service id cano in the database test_", refused.Error, StringComparison.Ordinal);
        Assert.True(other.ExitCode == 0, other.Error);
        Assert.True(alone.ExitCode == 0, alone.Error);
    }

    [Fact]
    public async Task Serve_TheServerComesUpLater_WaitsForItAndSaysSo()
    {
        await using PostgresServer server = await SharedPostgres.StartOwnAsync();
        string connectionString = await server.CreateDatabaseAsync();
        await server.StopAsync();

        await using ServeProcess silo = ServeProcess.Start(connectionString);
        await silo.Process.ErrorSaysAsync("is not there yet");
        await server.StartAgainAsync();
        await silo.ReadyAsync();

        Assert.True((await silo.HealthAsync()).Ready);
    }

    [Fact]
    public async Task Serve_TheServerDoesNotComeUp_EndsWithTheReasonAfterItsTime()
    {
        int port = FreePorts.Find(1)[0];
        long started = Stopwatch.GetTimestamp();

        await using ServeProcess silo = ServeProcess.Start($"Host=127.0.0.1;Port={port};Database=cano;Username=cano;Password={Secret}", "Cano:Storage:StartTimeout=00:00:03");
        CanoProcessResult ended = await silo.Process.EndAsync();

        Assert.Equal(2, ended.ExitCode);
        Assert.Contains("Connection refused", ended.Error, StringComparison.Ordinal);
        Assert.DoesNotContain(Secret, ended.Error + ended.Output, StringComparison.Ordinal);
        Assert.InRange(Stopwatch.GetElapsedTime(started), TimeSpan.FromSeconds(3), TimeSpan.FromSeconds(60));
    }

    /// <summary>It can't sign off in the membership table; the others will find it gone.</summary>
    [Fact]
    public async Task Serve_ToldToStopWhileTheDatabaseIsAway_EndsAllTheSame()
    {
        await using PostgresServer server = await SharedPostgres.StartOwnAsync();
        await using ServeProcess silo = ServeProcess.Start(await server.CreateDatabaseAsync());
        await silo.ReadyAsync();
        await server.StopAsync(immediate: true);

        long told = Stopwatch.GetTimestamp();
        silo.Process.Signal(Sigterm);
        await silo.Process.EndAsync();

        TestContext.Current.TestOutputHelper?.WriteLine($"Ended after {Stopwatch.GetElapsedTime(told).TotalSeconds:N1} s.");
        Assert.InRange(Stopwatch.GetElapsedTime(told), TimeSpan.Zero, TimeSpan.FromSeconds(50));
    }

    private static void AssertRefused(CanoProcessResult run, string line)
    {
        Assert.Equal((2, line), (run.ExitCode, run.Error.TrimEnd()));
        Assert.DoesNotContain(Secret, run.Error + run.Output, StringComparison.Ordinal);
    }

    private Task<CanoProcessResult> RunAsync(string connectionString, params string[] settings)
    {
        string[] all = ["Cano:Storage:Provider=postgres", $"ConnectionStrings:Cano={connectionString}", .. settings];
        return CanoProcess.RunAsync(_folder.Path, ["run", _folder.Write("batch.json", Batch), .. all.SelectMany(setting => (string[])["--set", setting])]);
    }
}
