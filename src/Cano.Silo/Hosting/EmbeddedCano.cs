using Microsoft.Extensions.Logging.Console;

namespace Cano;

/// <summary>
/// A silo inside this process, with its durable state in a data folder or a database. Disposing it stops the silo; what is unfinished goes
/// on at the next start.
/// </summary>
public sealed class EmbeddedCano : IAsyncDisposable
{
    /// <summary>
    /// How long the silo may take to stop. Nothing is lost by leaving earlier, since whatever was told to anyone is durable: it only bounds
    /// the wait for nodes that ignore cancellation.
    /// </summary>
    private static readonly TimeSpan s_stopTimeout = TimeSpan.FromSeconds(1);

    private readonly IHost _host;
    private readonly IGrainFactory _client;
    private readonly DataFolder? _folder;

    private EmbeddedCano(IHost host, DataFolder? folder, bool isAlone)
    {
        _host = host;
        _client = host.Services.GetRequiredService<IGrainFactory>();
        IsAlone = isAlone;
        _folder = folder;
    }

    /// <summary>What batches are started with: <c>batch.OrchestrateAsync(cano.Client)</c>.</summary>
    public IGrainFactory Client => _client;

    /// <summary>The silo's services.</summary>
    public IServiceProvider Services => _host.Services;

    /// <summary>The full path of the data folder; null where the state is in a database server.</summary>
    public string? DataFolder => _folder?.Path;

    /// <summary>Whether there are no other silos, which go on with what this one leaves.</summary>
    internal bool IsAlone { get; }

    /// <summary>
    /// Stops the silo: its grains save what they have to save and hand the rest to the next start. Calls, waits and streams that are
    /// under way through <see cref="Client"/> end at once
    /// with <see cref="HostStoppedException"/>, as does every later call.
    /// </summary>
    /// <returns>Completes when the data folder is free again.</returns>
    public async ValueTask DisposeAsync()
    {
        await HostStop.Of(_client).CancelAsync();
        try
        {
            using CancellationTokenSource leave = new(s_stopTimeout, TimeProvider.System);
            await _host.StopAsync(leave.Token);
        }
        catch (OperationCanceledException)
        {
            // A node held on; its instance is not final, or was given up.
        }
        finally
        {
            await DisposeAsync(_host);
            _folder?.Dispose();
        }
    }

    internal static async Task<EmbeddedCano> StartAsync(CanoHostOptions options, Action<CanoBuilder>? configure, CancellationToken cancellationToken)
    {
        HostSettings settings = HostSettings.Read(options);
        DataFolder? folder = settings.AcquireFolder();
        IHost? host = null;
        try
        {
            host = Build(settings, SiloPorts.ForEmbedded(settings), folder, configure);
            await host.StartAsync(cancellationToken);
            return new(host, folder, settings.Clustering is ClusteringProvider.Localhost);
        }
        catch
        {
            if (host is not null)
            {
                await DisposeAsync(host);
            }

            folder?.Dispose();
            throw;
        }
    }

    /// <summary>A host that is ready to be started; its services can be used before that as far as they need no silo.</summary>
    internal static IHost Build(HostSettings settings, SiloPorts ports, DataFolder? folder, Action<CanoBuilder>? configure)
    {
        HostApplicationBuilder builder = Host.CreateEmptyApplicationBuilder(new HostApplicationBuilderSettings { DisableDefaults = true });
        builder.Configuration.AddConfiguration(settings.Configuration);
        builder.Services.AddSingleton<IHostLifetime, NoLifetime>();
        QuietLogging(builder);
        builder.UseOrleans(silo => SiloSetup.Configure(silo, settings, ports, folder, configure));
        return builder.Build();
    }

    /// <summary>
    /// Standard output belongs to the program: only errors are logged unless the settings say otherwise, and to standard error.
    /// </summary>
    private static void QuietLogging(HostApplicationBuilder builder)
    {
        builder.Logging.SetMinimumLevel(LogLevel.Error);
        // What keeps the silo from starting is thrown, and said once.
        foreach (string starter in (string[])["Microsoft.Extensions.Hosting", "Orleans.Lifecycle", "Orleans.Runtime.SiloLifecycleSubject", "Orleans.Runtime.Silo"])
        {
            builder.Logging.AddFilter(starter, LogLevel.None);
        }

        // A batch that is left unfinished goes on until its silo stops under it: calls that find no silo any more are no news, their
        // instances go on at the next start. A call that fails for any other reason throws at its caller.
        builder.Logging.AddFilter("Orleans.Messaging", LogLevel.Critical);
        builder.Logging.AddFilter("Polly", LogLevel.Critical);

        builder.Logging.AddConfiguration(builder.Configuration.GetSection("Logging"));
        builder.Logging.AddSimpleConsole(options =>
        {
            options.SingleLine = true;
            options.ColorBehavior = LoggerColorBehavior.Disabled;
        });
        builder.Services.Configure<ConsoleLoggerOptions>(options => options.LogToStandardErrorThreshold = LogLevel.Trace);
    }

    private static async ValueTask DisposeAsync(IHost host)
    {
        if (host is IAsyncDisposable disposable)
        {
            await disposable.DisposeAsync();
        }
        else
        {
            host.Dispose();
        }
    }

    /// <summary>The program that embeds the silo decides when it ends; signals are that program's affair.</summary>
    private sealed class NoLifetime : IHostLifetime
    {
        public Task WaitForStartAsync(CancellationToken cancellationToken) => Task.CompletedTask;

        public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;
    }
}
