namespace Cano.Clusters;

/// <summary>What test clusters leave behind.</summary>
public sealed class WorkingFolderTests(CanoCluster cluster) : IClassFixture<CanoCluster>
{
    /// <summary>A test cluster of Orleans writes a log file for each silo and client there, unless it is told not to.</summary>
    [Fact]
    public async Task Cluster_ThatRuns_WritesNothingIntoTheWorkingFolder()
    {
        await cluster.Client.GetGrain<IManagementGrain>(0).GetHosts();
        DirectoryInfo logs = new(Path.Combine(Directory.GetCurrentDirectory(), "logs"));

        string[] files = logs.Exists ? [.. logs.GetFiles().Select(file => file.Name)] : [];

        Assert.DoesNotContain(files, file => file.Contains(cluster.Cluster.Options.ClusterId, StringComparison.OrdinalIgnoreCase));
    }
}
