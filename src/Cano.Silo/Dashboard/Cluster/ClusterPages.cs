using Microsoft.Extensions.Options;

namespace Cano;

/// <summary>What the page of the cluster shows, as its silos tell it.</summary>
internal sealed class ClusterPages(IGrainFactory grains, ILocalSiloDetails local, IOptions<CanoHttpOptions> options)
{
    internal async Task<ClusterModel> GetAsync()
    {
        IManagementGrain management = grains.GetGrain<IManagementGrain>(0);
        MembershipEntry[] members = await management.GetDetailedHosts(onlyActive: true);
        SiloAddress[] addresses = [.. members.Select(member => member.SiloAddress)];
        Task<SiloRuntimeStatistics[]> load = management.GetRuntimeStatistics(addresses);
        SimpleGrainStatistic[] activations = await management.GetSimpleGrainStatistics(addresses);
        SiloRuntimeStatistics[] loads = await load;
        return new(local.ClusterId, options.Value.OrleansDashboard, [.. members.Select((member, place) => new SiloModel(
            member.SiloName,
            member.SiloAddress.ToParsableString(),
            member.SiloAddress.Equals(local.SiloAddress),
            member.StartTime,
            Count(member, nameof(BatchGrain)),
            Count(member, nameof(PartitionGrain)),
            Count(member, nameof(WorkflowGrain)),
            loads[place].EnvironmentStatistics.FilteredCpuUsagePercentage,
            loads[place].EnvironmentStatistics.RawMemoryUsageBytes)).OrderBy(silo => silo.Name, StringComparer.Ordinal)]);

        int Count(MembershipEntry member, string grain) => activations
            .Where(one => one.SiloAddress.Equals(member.SiloAddress) && one.GrainType.Split(',')[0].EndsWith($".{grain}", StringComparison.Ordinal))
            .Sum(one => one.ActivationCount);
    }
}

/// <summary>The cluster.</summary>
/// <param name="Id">Its id.</param>
/// <param name="HasOrleansPages">Whether Orleans' own pages are there.</param>
/// <param name="Silos">Its silos, by name.</param>
internal sealed record ClusterModel(string Id, bool HasOrleansPages, IReadOnlyList<SiloModel> Silos);

/// <summary>A silo.</summary>
/// <param name="Name">Its name.</param>
/// <param name="Address">Its address, with its generation.</param>
/// <param name="IsLocal">Whether it is the one that answers.</param>
/// <param name="StartedAt">When it started, in UTC.</param>
/// <param name="Batches">How many batches are active on it, finished ones that were read of late included.</param>
/// <param name="Partitions">How many partitions, likewise.</param>
/// <param name="Instances">How many instances run on it.</param>
/// <param name="CpuPercent">How busy its machine is, from 0 to 100.</param>
/// <param name="MemoryBytes">How much memory it uses.</param>
internal sealed record SiloModel(
    string Name, string Address, bool IsLocal, DateTime StartedAt, int Batches, int Partitions, int Instances, float CpuPercent, long MemoryBytes);
