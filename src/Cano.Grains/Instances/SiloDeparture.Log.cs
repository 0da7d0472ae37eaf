using Microsoft.Extensions.Logging;

namespace Cano;

internal static partial class SiloDepartureLog
{
    [LoggerMessage(2102, LogLevel.Information, "This silo stops: its instances were handed over in {Elapsed}; {Left} still ran and are cancelled, to run again elsewhere.")]
    internal static partial void InstancesHandedOver(this ILogger logger, TimeSpan elapsed, int left);
}
