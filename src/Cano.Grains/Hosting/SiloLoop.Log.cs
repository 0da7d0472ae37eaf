using Microsoft.Extensions.Logging;

namespace Cano;

internal static partial class SiloLoopLog
{
    [LoggerMessage(9101, LogLevel.Error, "A round of {Loop} failed unexpectedly; the next one comes after {Interval}.")]
    internal static partial void RoundFailed(this ILogger logger, Exception exception, string loop, TimeSpan interval);

    [LoggerMessage(9102, LogLevel.Debug, "The last round of {Loop} failed while the silo stopped.")]
    internal static partial void LastRoundFailed(this ILogger logger, Exception exception, string loop);

    [LoggerMessage(9103, LogLevel.Debug, "{Loop} has ended, since the silo stops.")]
    internal static partial void LoopEnded(this ILogger logger, string loop);
}
