using Microsoft.Extensions.Options;

namespace Cano;

/// <summary><c>serve</c>: a silo with HTTP, until it is told to stop.</summary>
internal sealed partial class ServeCommand(string urls, CanoHostOptions options, Action<CanoBuilder>? configure)
{
    /// <summary>A database server that comes up at the same time may take longer.</summary>
    private static readonly TimeSpan s_startTimeout = TimeSpan.FromMinutes(1);

    /// <summary>What the silo is given beyond the host's own time for stopping, to sign off.</summary>
    internal static readonly TimeSpan StopMargin = TimeSpan.FromSeconds(5);

    /// <summary>How long the silo may take to stop once its instances were handed over.</summary>
    internal static readonly TimeSpan Shutdown = TimeSpan.FromSeconds(20);

    internal async Task<int> RunAsync()
    {
        string[] addresses = [.. urls.Split(';', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries)];
        Check(addresses);
        HostSettings settings = HostSettings.Read(options, s_startTimeout);
        ApiSecurity.RequireSafe(addresses, settings.Http);
        using DataFolder? folder = settings.AcquireFolder();
        WebApplication web = Build(settings, folder, addresses);
        await RunAsync(web);
        return ExitCodes.Done;
    }

    private static async Task ServeAsync(WebApplication web)
    {
        CancellationToken stopping = web.Lifetime.ApplicationStopping;
        await using (web)
        {
            try
            {
                await web.StartAsync();
            }
            catch (OperationCanceledException) when (stopping.IsCancellationRequested)
            {
                // Told to stop before it served.
                return;
            }

            await web.WaitForShutdownAsync();
        }
    }

    /// <summary>
    /// Serves until the end; once that has begun, be it in the middle of the start, for no longer than is allowed: a silo whose membership
    /// table is out of reach tries for minutes to sign off there. Nothing is lost by leaving, since whatever was told to anyone is durable.
    /// </summary>
    private static async Task RunAsync(WebApplication web)
    {
        ILogger logger = web.Logger;
        TimeSpan patience = web.Services.GetRequiredService<IOptions<HostOptions>>().Value.ShutdownTimeout + StopMargin;
        TaskCompletionSource begun = new(TaskCreationOptions.RunContinuationsAsynchronously);
        await using CancellationTokenRegistration registration = web.Lifetime.ApplicationStopping.Register(begun.SetResult);
        Task shutdown = ServeAsync(web);
        await Task.WhenAny(shutdown, begun.Task);
        if (await Task.WhenAny(shutdown, Task.Delay(patience, TimeProvider.System)) != shutdown)
        {
            LogLeft(logger, patience);
            Environment.Exit(ExitCodes.Done);
        }

        await shutdown;
    }

    [LoggerMessage(9001, LogLevel.Warning, "The silo did not stop within {Patience}; the process ends without it.")]
    private static partial void LogLeft(ILogger logger, TimeSpan patience);

    private static void Check(string[] addresses)
    {
        foreach (string address in addresses.Where(address => !Uri.TryCreate(address.Replace("*", "any", StringComparison.Ordinal).Replace("+", "any", StringComparison.Ordinal), UriKind.Absolute, out Uri? uri)
            || uri.Scheme is not ("http" or "https")))
        {
            throw new CanoConfigurationException(ErrorCodes.InvalidOptions, $"--urls: '{address}' is no URL to serve on; write it as http://127.0.0.1:5080.");
        }
    }

    private WebApplication Build(HostSettings settings, DataFolder? folder, string[] addresses)
    {
        WebApplicationBuilder builder = WebApplication.CreateSlimBuilder();
        builder.Configuration.AddConfiguration(settings.Configuration);
        foreach (string chatty in (string[])["Orleans", "Polly", "Microsoft.AspNetCore"])
        {
            builder.Logging.AddFilter(chatty, settings.Configuration[$"Logging:LogLevel:{chatty}"] is null ? LogLevel.Warning : LogLevel.Trace);
        }

        builder.Configuration["AllowedHosts"] ??= ApiSecurity.HostNames(addresses, settings.Http);
        builder.WebHost.UseUrls(addresses);
        builder.WebHost.ConfigureKestrel(kestrel => kestrel.AddServerHeader = false);
        builder.Services.AddOptions<HostOptions>().Configure<IOptions<CanoOptions>, IOptions<CanoHttpOptions>>(
            (host, cano, http) => host.ShutdownTimeout = http.Value.ShutdownDelay + cano.Value.HandOverGrace + Shutdown);
        builder.UseOrleans(silo =>
        {
            SiloSetup.Configure(silo, settings, SiloPorts.ForServer(settings), folder, configure);
            OrleansPages.Add(silo, settings.Http);
        });
        builder.Services.AddApi(settings.Configuration);
        HealthEndpoints.Add(builder.Services);
        ServeTelemetry.Add(builder);
        WebApplication web = builder.Build();
        web.UseApi();
        HealthEndpoints.Map(web);
        ServeTelemetry.Map(web);
        OrleansPages.Map(web, settings.Http);
        return web;
    }
}
