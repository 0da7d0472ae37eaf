using System.Diagnostics;
using Cano.Tests.Crashes;
using Cano.Tests.Http;
using Cano.Tests.Storage;

namespace Cano.Tests.Telemetry;

/// <summary>What <c>serve</c>, as a process, lets others see of it.</summary>
public sealed class ServeTelemetryTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task Metrics_OnceBatchesHaveRun_AreAllThatThePageLists_AndThoseOfWhatCanoIsBuiltOn()
    {
        await using ApiProcess api = new();
        await api.InitializeAsync();
        await api.StartAsync(
            """
            { "id": "listed-batch", "timeout": { "kind": "waitForever" }, "instances": [
              { "id": "listed-instance-1", "workflow": "cano.simulate" },
              { "id": "listed-instance-2", "workflow": "cano.simulate", "params": { "throwAtStep": 1 } },
              { "id": "listed-instance-3", "workflow": "cano.simulate", "params": { "throwAtStep": 1, "retries": 1, "succeedOnAttempt": 2 } } ] }
            """);
        await api.FollowAsync("listed-batch");

        Scrape scrape = new((await api.GetAsync("/metrics")).Text);

        Assert.NotEmpty(Rows());
        Assert.All(Rows(), row => Assert.Equal((row.Name, row.Labels), (row.Name, string.Join(' ', scrape.LabelsOf(row.Name) ?? ["(not there)"]))));
        Assert.DoesNotContain("listed-batch", scrape.Text, StringComparison.Ordinal);
        Assert.DoesNotContain("listed-instance", scrape.Text, StringComparison.Ordinal);
        Assert.Contains("""cano_instance_finished_total{otel_scope_name="Cano",cano_outcome="completed",cano_workflow="cano.simulate"} 2""", scrape.Text, StringComparison.Ordinal);
        Assert.Contains("""cano_instance_duration_seconds_bucket{otel_scope_name="Cano",cano_outcome="failed",cano_workflow="cano.simulate",le="86400"} 1""", scrape.Text, StringComparison.Ordinal);
        Assert.All((string[])["orleans_", "kestrel_", "http_server_", "dotnet_"], prefix => Assert.Contains($"\n{prefix}", scrape.Text, StringComparison.Ordinal));
    }

    /// <summary>The caller has a sampled span; the silo's spans and what is logged of its instances are in the same trace.</summary>
    [Fact]
    public async Task Otlp_WhereAnEndpointIsConfigured_GetsSpansMetricsAndTheLogOfOneTrace()
    {
        await using Collector collector = await Collector.StartAsync();
        await using CrashSilo silo = CrashSilo.Serve(
            _folder,
            settings:
            [
                $"OTEL_EXPORTER_OTLP_ENDPOINT={collector.Url}", "OTEL_EXPORTER_OTLP_PROTOCOL=http/protobuf",
                "OTEL_BSP_SCHEDULE_DELAY=100", "OTEL_BLRP_SCHEDULE_DELAY=100", "OTEL_METRIC_EXPORT_INTERVAL=100",
            ]);
        using ActivitySource source = new("Cano.Tests");
        using ActivityListener listener = new() { ShouldListenTo = one => one == source, Sample = (ref ActivityCreationOptions<ActivityContext> _) => ActivitySamplingResult.AllDataAndRecorded };
        ActivitySource.AddActivityListener(listener);
        Clients.SiloClient client = await silo.ConnectAsync();
        using Activity caller = source.StartActivity("caller")!;

        await RunAsync(client, "sent-batch");

        byte[] trace = Convert.FromHexString(caller.TraceId.ToHexString());
        await collector.GotAsync("traces", trace, Spans.Batch, Spans.Partition, Spans.Instance, Spans.Node, "service.instance.id");
        await collector.GotAsync("logs", trace, "failed: node-failed", "exception.stacktrace");
        await collector.GotAsync("metrics", [], "cano.instance.finished", "service.instance.id");
    }

    private static async Task<ConcurrentWorkflowResults<SimulateState>> RunAsync(Clients.SiloClient client, string id)
    {
        ConcurrentWorkflow<SimulateState> batch = new ConcurrentWorkflowBuilder<SimulateState>(new ConcurrentTimeout.WaitForever())
            .AddInstance(Instance("listed-instance-1", new SimulateParams()))
            .AddInstance(Instance("listed-instance-2", new SimulateParams { ThrowAtStep = 1 }))
            .AddInstance(Instance("listed-instance-3", new SimulateParams { ThrowAtStep = 1, Retries = 1, SucceedOnAttempt = 2 }))
            .WithId(id)
            .Build();
        return await client.Cano.OrchestrateAsync(batch, cancellationToken: Token);
    }

    private static ConcurrentWorkflowInstance<SimulateState, SimulateParams> Instance(string id, SimulateParams @params) => new(id, SimulateWorkflow.Key, @params);

    /// <summary>The metrics that docs/telemetry.md lists, as Prometheus' format writes them.</summary>
    private static IEnumerable<(string Name, string Labels)> Rows() => File.ReadLines(Path.Combine(AppContext.BaseDirectory, "telemetry.md"))
        .Where(line => line.StartsWith("| `cano.", StringComparison.Ordinal))
        .Select(line => line.Trim('|', ' ').Split(" | ").Select(cell => cell.Replace("`", "", StringComparison.Ordinal)).ToArray())
        .Where(row => row.Length == 5)
        .Select(row => (Exposed(row[0], row[1], row[2]), Labels(row[3])));

    private static string Exposed(string name, string type, string unit) => name.Replace('.', '_')
        + unit switch { "s" => "_seconds", "By" => "_bytes", _ => "" }
        + type switch { "counter" => "_total", "histogram" => "_bucket", _ => "" };

    private static string Labels(string tags) => tags is "none" ? "" : string.Join(' ', tags.Split(", ").Select(tag => tag.Replace('.', '_')).Order(StringComparer.Ordinal));
}
