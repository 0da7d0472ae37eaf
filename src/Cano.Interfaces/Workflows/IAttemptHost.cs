using Microsoft.Extensions.Logging;

namespace Cano;

/// <summary>What a run gives to its present attempt beside the data of the instance.</summary>
internal interface IAttemptHost
{
    /// <summary>The services of the scope in which the attempt runs.</summary>
    IServiceProvider Services { get; }

    /// <summary>A logger of the present node's category.</summary>
    ILogger Logger { get; }
}
