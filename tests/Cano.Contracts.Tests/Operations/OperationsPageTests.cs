using System.Globalization;
using System.Reflection;
using System.Runtime.CompilerServices;
using Microsoft.Extensions.Logging;

namespace Cano.Contracts.Tests.Operations;

/// <summary>What docs/operations.md lists is what there is: alerts are made from it.</summary>
public sealed class OperationsPageTests
{
    private const BindingFlags Any = BindingFlags.Static | BindingFlags.Instance | BindingFlags.Public | BindingFlags.NonPublic | BindingFlags.DeclaredOnly;

    private static readonly Assembly[] s_assemblies = [typeof(BatchStatus).Assembly, typeof(CanoOptions).Assembly, typeof(CanoClient).Assembly, typeof(CanoHost).Assembly];

    private static readonly string[] s_page = File.ReadAllLines(Path.Combine(AppContext.BaseDirectory, "operations.md"));

    private static readonly LoggerMessageAttribute[] s_events =
        [.. s_assemblies.SelectMany(assembly => assembly.GetTypes()).SelectMany(type => type.GetMethods(Any)).SelectMany(method => method.GetCustomAttributes<LoggerMessageAttribute>())];

    [Fact]
    public void Events_TheirIds_AreUniqueAndInTheirRanges()
    {
        Assert.NotEmpty(s_events);
        Assert.Empty(s_events.GroupBy(one => one.EventId).Where(group => group.Count() > 1).Select(group => group.Key));
        Assert.Empty(s_events.Where(one => one.EventId is not ((>= 1000 and < 6000) or (>= 9000 and < 10000))).Select(one => one.EventId));
    }

    [Fact]
    public void Events_AllAndNoOthers_AreOnThePageInTheirOrder() => Assert.Equal(
        s_events.OrderBy(one => one.EventId).Select(one => $"{one.EventId} {one.Message}"),
        Rows().Where(row => int.TryParse(row[0], CultureInfo.InvariantCulture, out int id) && id >= 1000).Select(row => $"{row[0]} {row[2].Trim('`')}"));

    /// <summary>Where the level depends on the attempt, the page says so in words.</summary>
    [Fact]
    public void Events_TheirLevels_AreThoseOfThePage() => Assert.All(
        s_events.Where(one => one.Level is not LogLevel.None), one => Assert.Equal($"{one.Level}", Row($"{one.EventId}")[1]));

    [Fact]
    public void Settings_All_AreOnThePage() =>
        Assert.Empty(HostSettings.Keys.Except(Rows().SelectMany(row => row[0].Split(", ")).Select(name => name.Trim('`'))));

    [Fact]
    public void Settings_OfCanoOptions_HaveTheirDefaultsOnThePage()
    {
        CanoOptions defaults = new();

        Assert.All(typeof(CanoOptions).GetProperties(), property => Assert.Equal(
            property.GetValue(defaults) is int number ? number.ToString("N0", CultureInfo.InvariantCulture) : $"{property.GetValue(defaults)}",
            Row($"`Cano:{property.Name}`")[1]));
    }

    [Fact]
    public void ExitCodes_AllAndNoOthers_AreOnThePage() => Assert.Equal(
        typeof(ExitCodes).GetFields(Any).Select(field => (int)field.GetRawConstantValue()!).Order(),
        Rows().Select(row => int.TryParse(row[0], CultureInfo.InvariantCulture, out int code) ? code : -1).Where(code => code is >= 0 and < 1000));

    private static string[] Row(string first, [CallerMemberName] string test = "") =>
        Rows().SingleOrDefault(row => row[0] == first) ?? throw new InvalidOperationException($"{test}: docs/operations.md has no row for {first}.");

    /// <summary>The cells of all tables.</summary>
    private static IEnumerable<string[]> Rows() => s_page.Where(line => line.StartsWith("| ", StringComparison.Ordinal)).Select(line => line.Trim('|', ' ').Split(" | "));
}
