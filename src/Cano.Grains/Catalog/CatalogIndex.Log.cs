using Microsoft.Extensions.Logging;

namespace Cano;

internal static partial class CatalogLog
{
    [LoggerMessage(4301, LogLevel.Warning, "Shard {Shard} of the catalog could not be read; what is in it waits for the next look.")]
    internal static partial void ShardNotRead(this ILogger logger, Exception exception, uint shard);
}
