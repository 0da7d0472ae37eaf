using Microsoft.Extensions.DependencyInjection;

namespace Cano.CrashHost;

/// <summary>
/// Tells on standard error which batches the catalog holds as unfinished, at each change: <c>catalog: a, b</c> or <c>catalog: empty</c>. Reading it asks no batch, so that
/// a test sees what goes on by itself. The first line comes when the silo has started.
/// </summary>
public sealed class CatalogWatch(IBatchCatalog catalog) : ILifecycleParticipant<ISiloLifecycle>, IDisposable
{
    /// <summary>Set: nothing is told, for where that many questions would be a load.</summary>
    public const string QuietVariable = "CANO_TEST_QUIET";

    private static readonly TimeSpan s_pause = TimeSpan.FromMilliseconds(25);

    private readonly CancellationTokenSource _stopping = new();
    private Task _watch = Task.CompletedTask;

    public void Participate(ISiloLifecycle observer) => observer.Subscribe(
        nameof(CatalogWatch),
        ServiceLifecycleStage.Last,
        _ =>
        {
            _watch = WatchAsync(_stopping.Token);
            return Task.CompletedTask;
        },
        async _ =>
        {
            await _stopping.CancelAsync();
            await _watch.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        });

    public void Dispose() => _stopping.Dispose();

    internal static void AddTo(IServiceCollection services)
    {
        if (Environment.GetEnvironmentVariable(QuietVariable) is null)
        {
            services.AddSingleton<ILifecycleParticipant<ISiloLifecycle>, CatalogWatch>();
        }
    }

    private async Task WatchAsync(CancellationToken cancellationToken)
    {
        string? told = null;
        using PeriodicTimer pause = new(s_pause, TimeProvider.System);
        do
        {
            string[] unfinished = [.. (await catalog.GetUnfinishedAsync(cancellationToken)).Select(entry => entry.Status.Id).Order(StringComparer.Ordinal)];
            string line = unfinished.Length == 0 ? "catalog: empty" : $"catalog: {string.Join(", ", unfinished)}";
            if (line != told)
            {
                await Console.Error.WriteLineAsync(line);
                told = line;
            }
        }
        while (await pause.WaitForNextTickAsync(cancellationToken));
    }
}
