namespace Cano;

/// <summary>How a silo is embedded in a program of one's own.</summary>
public sealed class CanoHostOptions
{
    /// <summary>
    /// The data folder; made when it is missing. One process at a time owns it. Null: as the settings say, or <c>./.cano</c>.
    /// </summary>
    /// <value>Null.</value>
    public string? DataFolder { get; set; }

    /// <summary>
    /// Settings on top of those of the environment and of <c>appsettings.json</c>, such as <c>Cano:MaxRunningInstances</c> (any property of
    /// <see cref="CanoOptions"/>) or <c>Logging:LogLevel:Default</c>. Null takes a setting back.
    /// </summary>
    /// <value>None.</value>
    public IDictionary<string, string?> Settings { get; } = new Dictionary<string, string?>(StringComparer.OrdinalIgnoreCase);
}
