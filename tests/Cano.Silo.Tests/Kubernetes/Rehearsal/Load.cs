using System.Collections.Concurrent;
using System.Diagnostics;
using System.Globalization;
using System.Text.Json;

namespace Cano.Tests.Kubernetes.Rehearsal;

/// <summary>Clients that start batch after batch through the Service, follow each to its end and compare what came of it with what they asked for.</summary>
internal sealed class Load : IDisposable
{
    /// <summary>
    /// A client begins no more than one batch in this time, so that a fast machine is not all taken by what runs in the background.
    /// </summary>
    internal static readonly TimeSpan Pace = TimeSpan.FromSeconds(1);

    private readonly RehearsedCluster _cluster;
    private readonly (ServiceClient Client, BatchShape Shape)[] _drivers;
    private readonly CancellationTokenSource _enough = new();
    private readonly ConcurrentQueue<FinishedBatch> _finished = new();
    private Task _run = Task.CompletedTask;

    internal Load(RehearsedCluster cluster, params BatchShape[] shapes)
    {
        _cluster = cluster;
        _drivers = [.. shapes.Select(shape => (new ServiceClient(cluster), shape))];
    }

    internal IReadOnlyCollection<FinishedBatch> Finished => _finished;

    internal IEnumerable<string> Errors => _drivers.SelectMany(driver => driver.Client.Errors).Order(StringComparer.Ordinal);

    internal IEnumerable<string> Slow => _drivers.SelectMany(driver => driver.Client.Slow).Order(StringComparer.Ordinal);

    internal void Start() => _run = Task.WhenAll(_drivers.Select(driver => Task.Run(() => DriveAsync(driver.Client, driver.Shape))));

    /// <summary>Starts nothing more, and waits for the end of what runs.</summary>
    internal async Task EndAsync()
    {
        await _enough.CancelAsync();
        await _run;
    }

    /// <summary>Waits until every client has seen another batch to its end that was started from now on. If one of them failed, <see cref="EndAsync"/> says with what.</summary>
    internal async Task GoesOnAsync(TimeSpan patience)
    {
        DateTimeOffset now = TimeProvider.System.GetUtcNow();
        await Patience.UntilAsync(
            patience,
            () => $"Not every client has seen another batch to its end. Errors: {string.Join('\n', Errors.TakeLast(10))}",
            () => _run.IsFaulted || _drivers.All(driver => _finished.Any(batch => batch.Shape == driver.Shape && batch.StartedAt > now)));
    }

    /// <summary>Runs one batch to its end.</summary>
    internal static async Task<FinishedBatch> RunAsync(ServiceClient client, BatchShape shape, string id)
    {
        DateTimeOffset startedAt = TimeProvider.System.GetUtcNow();
        long started = Stopwatch.GetTimestamp();
        string path = $"/api/batches/{id}";
        string document = shape.Document(id);
        await AskAsync(() => client.PostAsync("/api/batches", document, shape.ByLines ? "application/x-ndjson" : "application/json"), _ => true, $"{id} was not started");
        int final = 0;
        JsonElement status = JsonElement.Parse(await AskAsync(
            () => shape.ByLines ? client.FollowAsync($"{path}/events", See) : client.GetAsync(path),
            answer => JsonElement.Parse(answer).GetProperty("phase").GetString() == "finished",
            $"{id} has not finished"));
        TimeSpan took = Stopwatch.GetElapsedTime(started);
        string lines = await AskAsync(() => client.GetAsync($"{path}/results.ndjson"), _ => true, $"{id} has no results");

        int Count(string name) => status.GetProperty(name).GetInt32();
        Assert.Equal((id, shape.Instances, shape.Instances, 0, 0), (id, Count("total"), Count("completed"), Count("failed"), Count("cancelled")));
        JsonElement[] results = [.. lines.Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(line => JsonElement.Parse(line))];
        Assert.All(results, result => Assert.Equal("completed", result.GetProperty("outcome").GetString()));
        Assert.Equal(shape.Ids.Order(StringComparer.Ordinal), results.Select(result => result.GetProperty("id").GetString()!).Order(StringComparer.Ordinal));
        return new(id, shape, startedAt, took);

        // Whoever tells it, and whatever became of who told it before: what is final stays so.
        void See(string status)
        {
            int completed = JsonElement.Parse(status).GetProperty("completed").GetInt32();
            Assert.True(completed >= final, $"{id}: {completed} are completed after {final} were.");
            final = completed;
        }
    }

    /// <summary>Compares what the database holds of one rehearsal with what was asked for.</summary>
    /// <param name="cluster">Whose database.</param>
    /// <param name="prefix">What the ids of that rehearsal's batches begin with.</param>
    /// <param name="batches">What was asked for.</param>
    internal static async Task FinishedInTheCatalogAsync(RehearsedCluster cluster, string prefix, IEnumerable<FinishedBatch> batches)
    {
        FinishedBatch[] all = [.. batches];
        string expected = $"{all.Length} batches, {all.Sum(batch => batch.Shape.Instances)} completed, 0 others, 0 unfinished";
        string found = "";
        await Patience.UntilAsync(TimeSpan.FromSeconds(30), () => $"The catalog has {found}, not {expected}.", async () => expected == (found = await cluster.AskAsync(
            "SELECT count(*) || ' batches, ' || sum(Completed) || ' completed, ' || sum(Total - Completed) || ' others, ' || count(*) FILTER (WHERE IsUnfinished OR Phase <> 'finished') || ' unfinished' "
            + $"FROM CanoBatch WHERE starts_with(Id, '{prefix}')")));
    }

    public void Dispose()
    {
        Array.ForEach(_drivers, driver => driver.Client.Dispose());
        _enough.Dispose();
    }

    /// <summary>Asks until the answer is the one that is waited for. Errors are in the client's list, and it asks again.</summary>
    private static async Task<string> AskAsync(Func<Task<string?>> ask, Func<string, bool> isIt, string otherwise)
    {
        string? last = null;
        await Patience.UntilAsync(Patience.ForBatches, () => $"{otherwise}: {last}", async () => (last = await ask()) is not null && isIt(last));
        return last!;
    }

    private async Task DriveAsync(ServiceClient client, BatchShape shape)
    {
        using PeriodicTimer pace = new(Pace, TimeProvider.System);
        for (int number = 1; !_enough.IsCancellationRequested; number++)
        {
            _finished.Enqueue(await RunAsync(client, shape, string.Create(CultureInfo.InvariantCulture, $"{shape.Name}-{number}")));
            await pace.WaitForNextTickAsync(CancellationToken.None);
        }
    }
}

/// <summary>A batch that has ended with what it was to end with.</summary>
internal sealed record FinishedBatch(string Id, BatchShape Shape, DateTimeOffset StartedAt, TimeSpan Took);
