using Microsoft.Extensions.Logging;

namespace Cano;

/// <summary>
/// Sees to it that all members of a cluster reach each other. Orleans declares dead what nobody reaches; of two silos that do not reach
/// each other, but both a third, it keeps both, and whatever needs the two stands still. Here one of them goes
/// (<see cref="LinkTable.Goes"/>): it declares itself dead, which ends its process, and what it had goes on elsewhere. Only on the word of
/// a third that reaches both: without one, as in a cluster of two or one that is split, Orleans' votes decide.
/// </summary>
internal sealed class LinkWatch(
    LinkTable table,
    SiloLinksClient links,
    ILocalSiloDetails silo,
    IClusterMembershipService membership,
    ILogger<LinkWatch> logger) : SiloLoop(s_interval, TimeProvider.System, logger)
{
    private static readonly TimeSpan s_interval = TimeSpan.FromSeconds(2);

    protected override Task DoRoundAsync(CancellationToken cancellationToken) => LookAsync().WaitAsync(cancellationToken);

    private async Task LookAsync()
    {
        SiloAddress self = silo.SiloAddress;
        SiloAddress[] others = [.. membership.CurrentSnapshot.Members.Values.Where(member => member.Status is SiloStatus.Active && !member.SiloAddress.Equals(self)).Select(member => member.SiloAddress)];
        table.Record(await Task.WhenAll(others.Select(async other => (other, await links.PingAsync(other)))));
        Reach reach = table.Reach;
        foreach (SiloAddress other in reach.Broken)
        {
            (SiloAddress By, SiloAddress[]? Broken)[] answers = await Task.WhenAll(reach.Reached.Select(async by => (by, await links.GetBrokenAsync(other, by))));
            // An answer without this silo: the other has not given up yet.
            if (answers.FirstOrDefault(answer => answer.Broken is { } broken && broken.Contains(self)) is { Broken: { } othersBroken, By: var by }
                && LinkTable.Goes(self, reach.Broken.Length, other, othersBroken.Length))
            {
                logger.LinkBroken(other, LinkTable.Patience, by);
                await DeclareDeadAsync(self);
                return;
            }
        }
    }

    private async Task DeclareDeadAsync(SiloAddress self)
    {
        try
        {
            await membership.TryKill(self);
        }
        catch (Exception exception)
        {
            // The next look comes to the same end, or the network is whole again.
            logger.NotDeclaredDead(exception);
        }
    }
}
