using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Text;
using System.Text.Json;

namespace Cano.LoadTests;

/// <summary>A silo in a process of its own: the host as it is delivered, told by its arguments to join the cluster of a database.</summary>
internal sealed class ServedSilo : IDisposable
{
    private readonly Process _process;
    private readonly HttpClient _http;

    private ServedSilo(Process process, int port)
    {
        _process = process;
        _http = new() { BaseAddress = new($"http://127.0.0.1:{port}"), Timeout = TimeSpan.FromMinutes(5) };
    }

    internal static async Task<ServedSilo> StartAsync(LoadSettings settings, int port)
    {
        ProcessStartInfo start = new("dotnet") { WorkingDirectory = settings.Folder, RedirectStandardOutput = true, RedirectStandardError = true };
        foreach (string argument in (IEnumerable<string>)
            [
                Path.Combine(AppContext.BaseDirectory, "Cano.Silo.dll"), "serve", "--urls", $"http://127.0.0.1:{port}",
                .. Set("Storage:Provider=postgres"), .. Set("Clustering:Provider=adonet"), .. Set("SiloPort=0"), .. Set("GatewayPort=0"),
                .. Set(string.Create(CultureInfo.InvariantCulture, $"MaxRunningInstances={settings.MaxRunning}")),
            ])
        {
            start.ArgumentList.Add(argument);
        }

        start.Environment["ConnectionStrings__Cano"] = settings.Connection;
        Process process = Process.Start(start)!;
        process.OutputDataReceived += static (_, _) => { };
        process.ErrorDataReceived += static (_, line) => Console.Error.WriteLine(line.Data);
        process.BeginOutputReadLine();
        process.BeginErrorReadLine();
        ServedSilo silo = new(process, port);
        using PeriodicTimer pause = new(TimeSpan.FromMilliseconds(100), TimeProvider.System);
        while (!await silo.IsReadyAsync())
        {
            if (process.HasExited)
            {
                throw new InvalidOperationException($"A silo ended with {process.ExitCode} before it was ready.");
            }

            await pause.WaitForNextTickAsync();
        }

        return silo;

        static string[] Set(string setting) => ["--set", $"Cano:{setting}"];
    }

    internal TimeSpan ProcessorTime
    {
        get
        {
            _process.Refresh();
            return _process.TotalProcessorTime;
        }
    }

    /// <summary>Starts a batch of <c>cano.simulate</c> line by line and follows it to its end.</summary>
    /// <returns>Its last status.</returns>
    internal async Task<JsonElement> RunAsync(string id, int instances, object @params)
    {
        StringBuilder lines = new(JsonSerializer.Serialize(new { id, timeout = new { kind = "waitForever" } }) + "\n");
        string given = JsonSerializer.Serialize(@params);
        for (int i = 0; i < instances; i++)
        {
            lines.Append(CultureInfo.InvariantCulture, $$"""{"id":"i-{{i}}","workflow":"cano.simulate","params":{{given}}}""").Append('\n');
        }

        using StringContent content = new(lines.ToString(), Encoding.UTF8, "application/x-ndjson");
        using HttpResponseMessage started = await _http.PostAsync(new Uri("/api/batches", UriKind.Relative), content);
        if (started.StatusCode is not HttpStatusCode.Created)
        {
            throw new InvalidOperationException(await started.Content.ReadAsStringAsync());
        }

        using PeriodicTimer pause = new(TimeSpan.FromMilliseconds(50), TimeProvider.System);
        JsonElement status;
        do
        {
            await pause.WaitForNextTickAsync();
            status = JsonElement.Parse(await _http.GetStringAsync(new Uri($"/api/batches/{id}", UriKind.Relative)));
        }
        while (status.GetProperty("phase").GetString() != "finished");

        return status;
    }

    /// <summary>The sum of each metric over its labels, but for the bounds of histograms.</summary>
    internal async Task<Dictionary<string, double>> ReadMetricsAsync()
    {
        Dictionary<string, double> metrics = [];
        foreach (string line in (await _http.GetStringAsync(new Uri("/metrics", UriKind.Relative))).Split('\n').Where(line => line.StartsWith("cano_", StringComparison.Ordinal)))
        {
            string[] parts = line.Split(' ');
            string[] name = parts[0].Split('{');
            string bound = name.Length > 1 && name[1].Split("le=\"") is [_, var rest] ? $" {rest.Split('"')[0]}" : "";
            metrics[name[0] + bound] = metrics.GetValueOrDefault(name[0] + bound) + double.Parse(parts[1], CultureInfo.InvariantCulture);
        }

        return metrics;
    }

    public void Dispose()
    {
        _process.Kill();
        _process.Dispose();
        _http.Dispose();
    }

    private async Task<bool> IsReadyAsync()
    {
        try
        {
            using HttpResponseMessage answer = await _http.GetAsync(new Uri("/health/ready", UriKind.Relative));
            return answer.IsSuccessStatusCode;
        }
        catch (HttpRequestException)
        {
            // It does not listen yet; the caller looks whether it has ended.
            return false;
        }
    }
}
