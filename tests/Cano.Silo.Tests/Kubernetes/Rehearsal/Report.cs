namespace Cano.Tests.Kubernetes.Rehearsal;

/// <summary>Figures for who reads the test's output, and with <c>CANO_REHEARSAL_LOGS</c> set to a folder, what every pod said.</summary>
internal static class Report
{
    internal static void Line(string line) => TestContext.Current.TestOutputHelper?.WriteLine(line);

    internal static void Write(RehearsedCluster cluster, Load load, params string[] lines)
    {
        Array.ForEach(lines, Line);
        TimeSpan[] took = [.. load.Finished.Select(batch => batch.Took).Order()];
        Line($"{took.Length} batches of {load.Finished.Sum(batch => batch.Shape.Instances)} instances, in the middle {took[took.Length / 2].TotalSeconds:N1} s, at most {took[^1].TotalSeconds:N1} s.");
        Array.ForEach([.. cluster.Ends, .. load.Errors.Take(50), .. load.Slow.Take(100)], Line);
        if (Environment.GetEnvironmentVariable("CANO_REHEARSAL_LOGS") is { Length: > 0 } folder)
        {
            foreach (Pod pod in cluster.Pods)
            {
                File.WriteAllLines(Path.Combine(folder, $"{pod.Name}.log"), pod.Log);
            }
        }
    }
}
