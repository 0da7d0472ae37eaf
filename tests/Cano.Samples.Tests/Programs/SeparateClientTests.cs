using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using Cano.TestDatabase;

namespace Cano.Samples.Tests.Programs;

public sealed class SeparateClientTests
{
    /// <summary>The two commands of its README, the second while the first still starts.</summary>
    [Fact]
    public async Task Run_WithASiloOnPostgres_PrintsTwentyResultsAndTheCounts()
    {
        await using PostgresServer server = await SharedPostgres.StartOwnAsync();
        string connectionString = await server.CreateDatabaseAsync();
        using TemporaryFolder folder = new();
        string[] settings = ["Cano:Storage:Provider=postgres", "Cano:Clustering:Provider=adonet", "Cano:SiloPort=0", "Cano:GatewayPort=0"];
        using Process silo = Start(
            Path.Combine(AppContext.BaseDirectory, "Worker.dll"), folder, connectionString, ["serve", "--urls", $"http://127.0.0.1:{FreePort()}", .. settings.SelectMany(setting => (string[])["--set", setting])]);
        try
        {
            Task<string> log = silo.StandardOutput.ReadToEndAsync(TestContext.Current.CancellationToken);
            await MigratedAsync(server);
            using Process client = Start(ClientProgram(), folder, connectionString);
            Task<string> error = client.StandardError.ReadToEndAsync(TestContext.Current.CancellationToken);
            string output = await client.StandardOutput.ReadToEndAsync(TestContext.Current.CancellationToken);
            await client.WaitForExitAsync(TestContext.Current.CancellationToken);

            string[] lines = output.TrimEnd().Split('\n');
            Assert.True(client.ExitCode == 0, await error);
            Assert.Equal("Completed: 20, Failed: 0, Cancelled: 10", lines[^1]);
            Assert.Equal(20, lines.Count(line => line.Contains(" Completed ", StringComparison.Ordinal)));
            Assert.Equal(10, lines.Count(line => line.Contains(" Cancelled ", StringComparison.Ordinal)));
        }
        finally
        {
            silo.Kill();
        }
    }

    // A client asks the table that the silo makes.
    private static async Task MigratedAsync(PostgresServer server)
    {
        long started = Stopwatch.GetTimestamp();
        using PeriodicTimer pause = new(TimeSpan.FromMilliseconds(100), TimeProvider.System);
        while (await server.ExecuteAsync("test_1", "SELECT to_regclass('CanoMigration')::text") is null or DBNull)
        {
            Assert.True(Stopwatch.GetElapsedTime(started) < TimeSpan.FromSeconds(60), "The silo made no schema within 60 s.");
            await pause.WaitForNextTickAsync(TestContext.Current.CancellationToken);
        }
    }

    /// <summary>As it was built: its folder has the same name for configuration and framework as that of the tests.</summary>
    private static string ClientProgram()
    {
        DirectoryInfo framework = new(AppContext.BaseDirectory);
        DirectoryInfo configuration = framework.Parent!;
        string root = configuration.Parent!.Parent!.Parent!.Parent!.FullName;
        return Path.Combine(root, "samples", "SeparateClient", "bin", configuration.Name, framework.Name, "SeparateClient.dll");
    }

    private static Process Start(string program, TemporaryFolder folder, string connectionString, params string[] args)
    {
        ProcessStartInfo start = new("dotnet", [program, .. args])
        {
            WorkingDirectory = folder.FullPath,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        start.Environment["ConnectionStrings__Cano"] = connectionString;
        return Process.Start(start)!;
    }

    private static int FreePort()
    {
        using TcpListener listener = new(IPAddress.Loopback, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port;
    }
}
