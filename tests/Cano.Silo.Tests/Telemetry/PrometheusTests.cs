using System.Diagnostics;
using System.Net.Http;
using System.Text.Json;
using System.Text.RegularExpressions;
using Cano.Tests.Commands;
using Cano.Tests.Http;
using Cano.Tests.Storage;

namespace Cano.Tests.Telemetry;

/// <summary>The files under deploy, with the real programs that read them.</summary>
public sealed partial class PrometheusTests(PrometheusTests.ScrapedApi scraped) : IClassFixture<PrometheusTests.ScrapedApi>
{
    private const string Deploy = "deploy";

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    public static TheoryData<string> Expressions => [.. PanelExpressions().Concat(AlertExpressions()).Distinct()];

    [Theory]
    [InlineData("check", "config", "prometheus.yml")]
    [InlineData("check", "rules", "cano.rules.yml")]
    [InlineData("test", "rules", "cano.rules.tests.yml")]
    public async Task Promtool_OnTheFiles_FindsNothingWrong(params string[] arguments)
    {
        ScrapedApi.RequireInstalled();
        ProcessStartInfo start = new("promtool", arguments) { WorkingDirectory = PathOf("prometheus"), RedirectStandardOutput = true, RedirectStandardError = true };
        using Process promtool = Process.Start(start)!;
        string output = await promtool.StandardOutput.ReadToEndAsync(Token) + await promtool.StandardError.ReadToEndAsync(Token);
        await promtool.WaitForExitAsync(Token);

        Assert.True(promtool.ExitCode == 0, output);
    }

    /// <summary>Every metric that a panel or an alert names is one that a silo really has, once batches have run; and what they ask for is valid.</summary>
    [Theory]
    [MemberData(nameof(Expressions))]
    public async Task Expression_OfAPanelOrAlert_NamesMetricsThatPrometheusGotFromTheSilo(string expression)
    {
        ScrapedApi.RequireInstalled();

        HashSet<string> known = await scraped.NamesAsync();
        Assert.NotEmpty(Metric().Matches(expression));
        Assert.All(Metric().Matches(expression), name => Assert.Contains(name.Value, known));
        JsonElement answer = await scraped.AskAsync($"query?query={Uri.EscapeDataString(expression)}");
        Assert.Equal("success", answer.GetProperty("status").GetString());
    }

    private static IEnumerable<string> PanelExpressions()
    {
        using JsonDocument dashboard = JsonDocument.Parse(File.ReadAllText(PathOf("grafana", "cano-metrics.json")));
        return [.. dashboard.RootElement.GetProperty("panels").EnumerateArray().SelectMany(panel => panel.GetProperty("targets").EnumerateArray()).Select(target => target.GetProperty("expr").GetString()!)];
    }

    /// <summary>Folded lines of YAML: what stands deeper than <c>expr:</c>, or behind it.</summary>
    private static IEnumerable<string> AlertExpressions() => Rule().Matches(File.ReadAllText(PathOf("prometheus", "cano.rules.yml")))
        .Select(rule => string.Join(' ', rule.Groups["expr"].Value.Split('\n', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries).Where(line => line != ">")));

    private static string PathOf(params ReadOnlySpan<string> parts) => Path.Combine([AppContext.BaseDirectory, Deploy, .. parts]);

    [GeneratedRegex(@"cano_[a-z_]+(?=[\s\[{()),]|$)(?<!cano_workflow|cano_outcome|cano_stop_reason)")]
    private static partial Regex Metric();

    [GeneratedRegex(@"expr:(?<expr>.*?)\n\s+for:", RegexOptions.Singleline)]
    private static partial Regex Rule();

    /// <summary>A silo on which batches have run, and a Prometheus that scrapes it.</summary>
    public sealed class ScrapedApi : IAsyncLifetime
    {
        private readonly ApiProcess _api = new();
        private readonly TemporaryFolder _folder = new();
        private readonly HttpClient _http = new();
        private Process? _prometheus;

        private static bool IsInstalled => Programs("prometheus") && Programs("promtool");

        /// <summary>Skips a test where there is no Prometheus; in CI that is a failure.</summary>
        internal static void RequireInstalled()
        {
            if (!IsInstalled)
            {
                Assert.False(Environment.GetEnvironmentVariable("CI") == "true", "Prometheus is not installed, and in CI nothing is skipped.");
                Assert.Skip("Prometheus is not installed (Debian: apt install prometheus).");
            }
        }

        public async ValueTask InitializeAsync()
        {
            if (!IsInstalled)
            {
                return;
            }

            await _api.InitializeAsync();
            foreach (string timeout in (string[])["""{ "kind": "waitForever" }""", """{ "kind": "waitForQuota", "quota": 1 }"""])
            {
                Answer started = await _api.StartAsync(
                    $$"""
                    { "timeout": {{timeout}}, "instances": [
                      { "id": "a", "workflow": "cano.simulate" },
                      { "id": "b", "workflow": "cano.simulate", "params": { "throwAtStep": 1 } },
                      { "id": "c", "workflow": "cano.simulate", "params": { "throwAtStep": 1, "retries": 1, "succeedOnAttempt": 2 } } ] }
                    """);
                await _api.FollowAsync(started.Of("id")!);
            }

            string config = (await File.ReadAllTextAsync(PathOf("prometheus", "prometheus.yml"), Token))
                .Replace("127.0.0.1:5080", _api.Http.BaseAddress!.Authority, StringComparison.Ordinal)
                .Replace("15s", "1s", StringComparison.Ordinal);
            await File.WriteAllTextAsync(Path.Combine(_folder.Path, "prometheus.yml"), config, Token);
            File.Copy(PathOf("prometheus", "cano.rules.yml"), Path.Combine(_folder.Path, "cano.rules.yml"));
            int port = FreePorts.Find(1)[0];
            _http.BaseAddress = new($"http://127.0.0.1:{port}/api/v1/");
            _prometheus = Process.Start(new ProcessStartInfo(
                "prometheus", ["--config.file=prometheus.yml", "--storage.tsdb.path=data", $"--web.listen-address=127.0.0.1:{port}", "--log.level=error"])
            { WorkingDirectory = _folder.Path })!;
            await ScrapedAsync();
        }

        public async ValueTask DisposeAsync()
        {
            if (_prometheus is not null)
            {
                _prometheus.Kill();
                await _prometheus.WaitForExitAsync();
                _prometheus.Dispose();
            }

            _http.Dispose();
            await _api.DisposeAsync();
            _folder.Dispose();
        }

        /// <summary>The names of all metrics that it has got.</summary>
        internal async Task<HashSet<string>> NamesAsync() =>
            [.. (await AskAsync("label/__name__/values")).GetProperty("data").EnumerateArray().Select(name => name.GetString()!)];

        /// <exception cref="HttpRequestException">It does not listen yet, or answers only that it is not ready.</exception>
        internal async Task<JsonElement> AskAsync(string path)
        {
            using HttpResponseMessage answer = await _http.GetAsync(new Uri(path, UriKind.Relative), Token);
            answer.EnsureSuccessStatusCode();
            return JsonElement.Parse(await answer.Content.ReadAsStringAsync(Token));
        }

        private async Task ScrapedAsync()
        {
            using PeriodicTimer pause = new(TimeSpan.FromMilliseconds(100), TimeProvider.System);
            long started = TimeProvider.System.GetTimestamp();
            string last = "";
            while (TimeProvider.System.GetElapsedTime(started) < CanoProcess.Patience)
            {
                Assert.False(_prometheus!.HasExited, $"Prometheus ended by itself, with {(_prometheus.HasExited ? _prometheus.ExitCode : 0)}.");
                try
                {
                    if ((await NamesAsync()).Contains("cano_batch_finished_total"))
                    {
                        return;
                    }

                    last = "it has no metrics of Cano";
                }
                catch (HttpRequestException exception)
                {
                    last = exception.Message;
                }

                await pause.WaitForNextTickAsync(Token);
            }

            throw new TimeoutException($"Prometheus has not scraped the silo within {CanoProcess.Patience.TotalSeconds} s: {last}.");
        }

        private static bool Programs(string name) =>
            (Environment.GetEnvironmentVariable("PATH") ?? "").Split(Path.PathSeparator).Any(folder => folder.Length > 0 && File.Exists(Path.Combine(folder, name)));
    }
}
