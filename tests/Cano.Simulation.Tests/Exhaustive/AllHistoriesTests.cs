namespace Cano;

/// <summary>
/// Every history of the pure core with two partitions, three instances and two faults: who is told what and when, which write lands first,
/// which activation or report is lost.
/// In the finer cases orders and reports travel by themselves, may be late, and an activation may live on beside its successor: with one
/// fault. No sampling, no I/O.
/// </summary>
public sealed class AllHistoriesTests(ITestOutputHelper output)
{
    private static readonly TimeSpan s_duration = TimeSpan.FromHours(1);

    /// <summary>
    /// Each fault more makes about thirty times as many histories. None is enough where the test runs for each of some hundred mutants.
    /// </summary>
    private static int? Faults => int.TryParse(Environment.GetEnvironmentVariable("CANO_HISTORIES_FAULTS"), out int faults) ? faults : null;

    [Theory]
    [InlineData(1, false, false, 2, false)]
    [InlineData(2, false, false, 2, false)]
    [InlineData(0, false, false, 2, false)]
    [InlineData(2, true, false, 1, false)]
    [InlineData(0, false, true, 1, false)]
    [InlineData(2, false, false, 1, true)]
    public void Play_EveryHistory_KeepsThePromisesAndCanEnd(int quota, bool duration, bool cancel, int faults, bool fine)
    {
        ConcurrentTimeout timeout = (quota, duration) switch
        {
            (0, false) => new ConcurrentTimeout.WaitForever(),
            (0, true) => new ConcurrentTimeout.WaitDuration(s_duration),
            (_, false) => new ConcurrentTimeout.WaitForQuota(quota),
            _ => new ConcurrentTimeout.WaitQuotaOrDuration(quota, s_duration),
        };
        ProtocolCase @case = new(timeout, [2, 1], Failing: [1], cancel, Faults ?? faults, fine);
        HistorySearch search = new(@case);
        search.Run();

        output.WriteLine($"{search.States} states, {search.Steps} steps, longest history {search.Longest}.");
        Assert.True(search.Violation is null, search.Violation);
        Assert.True(search.Finished > 0);
        Assert.True(search.Stuck is null, search.Stuck);
    }

    /// <summary>The search can fail: with rows that take a write of any activation it finds an outcome that changes.</summary>
    [Fact]
    public void Play_RowsThatIgnoreTags_IsNoticed()
    {
        HistorySearch search = new(new(new ConcurrentTimeout.WaitForQuota(2), [2, 1], Failing: [1], CancelRequested: false, Faults: 1, IsFine: true) { IgnoresTags = true });
        search.Run();

        Assert.NotNull(search.Violation);
        output.WriteLine(search.Violation);
    }
}
