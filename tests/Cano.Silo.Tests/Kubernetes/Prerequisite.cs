namespace Cano.Tests.Kubernetes;

/// <summary>What a machine must have for a test.</summary>
internal static class Prerequisite
{
    /// <summary>Skips the test; in CI, where nothing is skipped, it fails.</summary>
    /// <param name="reason">What is missing, as a sentence.</param>
    internal static void Missing(string reason)
    {
        Assert.False(Environment.GetEnvironmentVariable("CI") == "true", $"{reason} In CI nothing is skipped.");
        Assert.Skip(reason);
    }
}
