using System.Globalization;
using System.Net;

namespace Cano;

/// <summary>
/// The host's settings, read and checked. They come from <c>appsettings.json</c>, the environment and the command line, the last one
/// winning.
/// </summary>
internal sealed record HostSettings
{
    private static readonly string[] s_own =
    [
        "Cano:Storage:Provider", "Cano:Storage:Folder", "Cano:Storage:Migrate", "Cano:Storage:StartTimeout", "Cano:Clustering:Provider", "Cano:Clustering:Directory",
        "Cano:ClusterId", "Cano:ServiceId", "Cano:SiloName", "Cano:SiloPort", "Cano:GatewayPort", "Cano:AdvertisedIP",
    ];

    /// <summary>The settings under <c>Cano:</c>, those of <see cref="CanoOptions"/> among them.</summary>
    internal static IEnumerable<string> Keys => s_own
        .Concat(typeof(CanoOptions).GetProperties().Select(property => $"Cano:{property.Name}"))
        .Concat(typeof(CanoHttpOptions).GetProperties().Select(property => $"{CanoHttpOptions.Section}:{property.Name}"));

    /// <summary>All settings, for the parts that read their own (logging, Kestrel).</summary>
    internal required IConfigurationRoot Configuration { get; init; }

    internal required CanoStorageOptions Storage { get; init; }

    internal required CanoHttpOptions Http { get; init; }

    internal required ClusteringProvider Clustering { get; init; }

    /// <summary>Whether the silos keep Orleans' default directory of grains in place of the one that hands its entries over.</summary>
    internal bool LocalDirectory { get; init; }

    internal required string ClusterId { get; init; }

    internal required string ServiceId { get; init; }

    /// <summary>What the silo is called among its cluster; null: Orleans makes a name up.</summary>
    internal string? SiloName { get; init; }

    /// <summary>Null when it is not set; 0: a free one.</summary>
    internal int? SiloPort { get; init; }

    /// <summary>Null when it is not set; 0: a free one.</summary>
    internal int? GatewayPort { get; init; }

    internal IPAddress? AdvertisedIP { get; init; }

    /// <summary>Takes the data folder.</summary>
    /// <returns>Null where the state is in a database server.</returns>
    /// <exception cref="CanoConfigurationException">Another process has it, or it can't be used.</exception>
    internal DataFolder? AcquireFolder() => Storage.Provider is StorageProvider.Sqlite ? DataFolder.Acquire(Storage.Folder) : null;

    /// <summary>Reads the settings.</summary>
    /// <param name="options">Those of the command line.</param>
    /// <param name="startTimeout">How long to wait for a database server unless the settings say.</param>
    /// <exception cref="CanoConfigurationException">One is not valid; the message names it.</exception>
    internal static HostSettings Read(CanoHostOptions options, TimeSpan startTimeout = default)
    {
        IConfigurationRoot configuration = Load(options);
        foreach (string key in options.Settings.Keys.Where(key => key.StartsWith("Cano:", StringComparison.OrdinalIgnoreCase) && !Keys.Any(known => IsOrHas(known, key))))
        {
            throw Invalid($"There is no setting {key}; known are {string.Join(", ", Keys)}.");
        }

        CanoStorageOptions storage = new()
        {
            Provider = Choose(configuration, "Cano:Storage:Provider", "sqlite", "sqlite", "postgres") == "sqlite" ? StorageProvider.Sqlite : StorageProvider.Postgres,
            Folder = options.DataFolder ?? configuration["Cano:Storage:Folder"] ?? ".cano",
            ConnectionString = configuration.GetConnectionString("Cano"),
            Migrate = Flag(configuration, "Cano:Storage:Migrate", preset: true),
            StartTimeout = Duration(configuration, "Cano:Storage:StartTimeout", startTimeout),
        };
        storage.Validate();
        ClusteringProvider clustering = ReadClustering(configuration, storage);
        PodIdentity? pod = clustering is ClusteringProvider.Kubernetes ? PodIdentity.Read(configuration) : null;
        Bind<CanoOptions>(configuration, "Cano");
        return new()
        {
            Configuration = configuration,
            Storage = storage,
            Http = Bind<CanoHttpOptions>(configuration, CanoHttpOptions.Section),
            Clustering = clustering,
            LocalDirectory = Choose(configuration, "Cano:Clustering:Directory", "distributed", "distributed", "local") == "local",
            ClusterId = Text(configuration, "Cano:ClusterId", pod?.ClusterId ?? "cano"),
            ServiceId = Text(configuration, "Cano:ServiceId", pod?.ServiceId ?? "cano"),
            SiloName = configuration["Cano:SiloName"] is { Length: > 0 } name ? name : pod?.Name,
            SiloPort = Port(configuration, "Cano:SiloPort"),
            GatewayPort = Port(configuration, "Cano:GatewayPort"),
            AdvertisedIP = Address(configuration, "Cano:AdvertisedIP") ?? (pod is null ? null : Address(configuration, PodIdentity.AddressVariable)),
        };
    }

    private static ClusteringProvider ReadClustering(IConfiguration configuration, CanoStorageOptions storage)
    {
        switch (Choose(configuration, "Cano:Clustering:Provider", "localhost", "localhost", "adonet", "kubernetes"))
        {
            case "localhost":
                return ClusteringProvider.Localhost;
            case var shared when storage.Provider is not StorageProvider.Postgres:
                throw Invalid($"Cano:Clustering:Provider is {shared}, which needs a database that several silos share; set Cano:Storage:Provider to postgres, or Cano:Clustering:Provider to localhost.");
            case "adonet":
                return ClusteringProvider.AdoNet;
            default:
                return ClusteringProvider.Kubernetes;
        }
    }

    private static IConfigurationRoot Load(CanoHostOptions options)
    {
        try
        {
            return new ConfigurationBuilder()
                .SetBasePath(Directory.GetCurrentDirectory())
                .AddJsonFile("appsettings.json", optional: true, reloadOnChange: false)
                .AddEnvironmentVariables()
                .AddInMemoryCollection(options.Settings)
                .Build();
        }
        catch (InvalidDataException exception)
        {
            throw new CanoConfigurationException(
                ErrorCodes.InvalidOptions, $"{exception.Message} {exception.GetBaseException().Message}", innerException: exception);
        }
    }

    /// <summary>What a silo would refuse at its start is better refused before.</summary>
    private static T Bind<T>(IConfiguration configuration, string section)
        where T : new()
    {
        try
        {
            return configuration.GetSection(section).Get<T>() ?? new();
        }
        catch (InvalidOperationException exception)
        {
            throw new CanoConfigurationException(ErrorCodes.InvalidOptions, exception.Message, innerException: exception);
        }
    }

    /// <summary>A setting, or a part of one that has several.</summary>
    private static bool IsOrHas(string known, string key) =>
        key.StartsWith(known, StringComparison.OrdinalIgnoreCase) && (key.Length == known.Length || key[known.Length] == ':');

    private static string Text(IConfiguration configuration, string key, string preset) => configuration[key] is { Length: > 0 } text ? text : preset;

    private static string Choose(IConfiguration configuration, string key, string preset, params ReadOnlySpan<string> known)
    {
        string value = Text(configuration, key, preset);
        foreach (string choice in known)
        {
            if (value.Equals(choice, StringComparison.OrdinalIgnoreCase))
            {
                return choice;
            }
        }

        throw Invalid($"{key} was {value}; known are {string.Join(", ", known!)}.");
    }

    private static bool Flag(IConfiguration configuration, string key, bool preset) => configuration[key] switch
    {
        null or "" => preset,
        var text when bool.TryParse(text, out bool flag) => flag,
        var text => throw Invalid($"{key} was {text}; it must be true or false."),
    };

    private static TimeSpan Duration(IConfiguration configuration, string key, TimeSpan preset) => configuration[key] switch
    {
        null or "" => preset,
        var text when TimeSpan.TryParse(text, CultureInfo.InvariantCulture, out TimeSpan duration) => duration,
        var text => throw Invalid($"{key} was {text}; it must be a duration, as 00:01:00."),
    };

    private static int? Port(IConfiguration configuration, string key) => configuration[key] switch
    {
        null or "" => null,
        var text when int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out int port) && port <= IPEndPoint.MaxPort => port,
        var text => throw Invalid($"{key} was {text}; it must be a port from 1 to {IPEndPoint.MaxPort}, or 0 for a free one."),
    };

    private static IPAddress? Address(IConfiguration configuration, string key) => configuration[key] switch
    {
        null or "" => null,
        var text when IPAddress.TryParse(text, out IPAddress? address) => address,
        var text => throw Invalid($"{key} was {text}; it must be an IP address."),
    };

    private static CanoConfigurationException Invalid(string message) => new(ErrorCodes.InvalidOptions, message);
}
