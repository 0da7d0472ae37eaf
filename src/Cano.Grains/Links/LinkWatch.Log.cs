using Microsoft.Extensions.Logging;

namespace Cano;

internal static partial class LinkLog
{
    [LoggerMessage(5001, LogLevel.Critical, "This silo and {Other} have not reached each other for {Patience}, though {By} reaches both; this one goes: it declares itself dead.")]
    internal static partial void LinkBroken(this ILogger logger, SiloAddress other, TimeSpan patience, SiloAddress by);

    [LoggerMessage(5002, LogLevel.Error, "This silo could not declare itself dead; it is tried again.")]
    internal static partial void NotDeclaredDead(this ILogger logger, Exception exception);

    [LoggerMessage(5003, LogLevel.Debug, "Silo {Silo} did not answer this one.")]
    internal static partial void NoAnswer(this ILogger logger, Exception exception, SiloAddress silo);
}
