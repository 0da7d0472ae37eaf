using Xunit.Sdk;
using Xunit.v3;

[assembly: TestCollectionOrderer(typeof(Cano.Tests.LongestFirst))]

namespace Cano.Tests;

/// <summary>
/// Begins with the collections that take longest, so that at the end no long one is left to run alone. A collection that is not listed is a
/// short one; the list only saves time, and CONTRIBUTING.md says how it was measured.
/// </summary>
public sealed class LongestFirst : ITestCollectionOrderer
{
    private static readonly Type[] s_long =
    [
        typeof(Kubernetes.Rehearsal.Rehearsals),
        typeof(Crashes.CrashTests),
        typeof(Commands.RunTests),
        typeof(Crashes.PurgeCrashTests),
        typeof(Postgres.DatabaseLossTests),
        typeof(Kubernetes.ImageFilesTests),
        typeof(Crashes.RandomKillTests),
        typeof(Http.ProviderSignInTests),
        typeof(Postgres.PostgresStartTests),
        typeof(Http.SharedSignInTests),
        typeof(Postgres.RestoreTests),
        typeof(Postgres.ClusterTests),
        typeof(Packaging.ToolPackageTests),
        typeof(Commands.SharingTests),
        typeof(Commands.StubbornTests),
        typeof(Http.ServiceCommandTests),
        typeof(Http.TokenTests),
        typeof(Kubernetes.ServedTests),
        typeof(Http.SlowReaderTests),
    ];

    public IReadOnlyCollection<TTestCollection> OrderTestCollections<TTestCollection>(IReadOnlyCollection<TTestCollection> testCollections)
        where TTestCollection : ITestCollection =>
        [.. testCollections.OrderBy(collection => Rank(collection)).ThenBy(collection => collection.UniqueID, StringComparer.Ordinal)];

    private static int Rank(ITestCollection collection)
    {
        // A class without a collection has one of its own, whose name begins "Test collection for" the class.
        int rank = Array.FindIndex(s_long, type => collection.TestCollectionClassName == type.FullName
            || collection.TestCollectionDisplayName.StartsWith($"Test collection for {type.FullName} ", StringComparison.Ordinal));
        return rank < 0 ? s_long.Length : rank;
    }
}
