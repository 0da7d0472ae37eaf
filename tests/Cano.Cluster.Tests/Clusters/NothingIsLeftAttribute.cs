using System.Diagnostics.CodeAnalysis;
using System.Reflection;
using Xunit.v3;

[assembly: Cano.NothingIsLeft]

namespace Cano;

/// <summary>
/// Lets a test fail that leaves something in the silos which it shares with the other tests of its class (<see cref="Leftovers"/>). A cluster
/// of a test's own looks by itself when it is disposed of; for a shared one that would come too late to name the test.
/// </summary>
[AttributeUsage(AttributeTargets.Assembly)]
public sealed class NothingIsLeftAttribute : BeforeAfterTestAttribute
{
    [SuppressMessage("Usage", "VSTHRD002", Justification = "xUnit has no asynchronous form of this; nothing that is waited for needs this thread.")]
    public override void After(MethodInfo methodUnderTest, IXunitTest test) =>
        Task.Run(() => AssertAsync(test.TestMethod.TestClass.Class)).GetAwaiter().GetResult();

    private static async Task AssertAsync(Type testClass)
    {
        foreach (Type fixture in testClass.GetInterfaces()
            .Where(one => one.IsGenericType && one.GetGenericTypeDefinition() == typeof(IClassFixture<>))
            .Select(one => one.GetGenericArguments()[0]))
        {
            if (await TestContext.Current.GetFixture(fixture) is CanoCluster cluster)
            {
                await Leftovers.AssertNoneAsync(cluster, Leftovers.Patience);
            }
        }
    }
}
