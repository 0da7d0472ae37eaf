using Microsoft.Extensions.Logging;
using Orleans.Runtime.Services;

namespace Cano;

/// <summary>Answers for its silo.</summary>
internal sealed class SiloLinks(GrainId id, Silo silo, ILoggerFactory loggers, LinkTable table, SiloLinksClient others) : GrainService(id, silo, loggers), ISiloLinks
{
    public Task PingAsync() => Task.CompletedTask;

    public Task<SiloAddress[]> GetBrokenAsync() => Task.FromResult<SiloAddress[]>([.. table.Reach.Broken]);

    public Task<SiloAddress[]?> AskForBrokenAsync(SiloAddress silo) => others.GetBrokenAsync(silo);
}

/// <summary>Asks the others. Whatever keeps an answer from coming means the same: none came.</summary>
internal sealed class SiloLinksClient(IServiceProvider services, ILogger<SiloLinksClient> logger) : GrainServiceClient<ISiloLinks>(services)
{
    internal async Task<bool> PingAsync(SiloAddress silo) =>
        await AskAsync<object>(silo, async links =>
        {
            await links.PingAsync();
            return links;
        }) is not null;

    internal Task<SiloAddress[]?> GetBrokenAsync(SiloAddress silo) => AskAsync<SiloAddress[]>(silo, async links => await links.GetBrokenAsync());

    /// <summary>What a silo that can't be asked itself says to one that can.</summary>
    internal Task<SiloAddress[]?> GetBrokenAsync(SiloAddress silo, SiloAddress by) => AskAsync(by, links => links.AskForBrokenAsync(silo));

    private async Task<T?> AskAsync<T>(SiloAddress silo, Func<ISiloLinks, Task<T?>> ask)
        where T : class
    {
        try
        {
            return await ask(GetGrainService(silo));
        }
        catch (Exception exception)
        {
            logger.NoAnswer(exception, silo);
            return null;
        }
    }
}
