using CsCheck;

namespace Cano;

public sealed class PartitionReaderTests
{
    private static readonly Gen<(int Size, int[] Order, int Ended, bool Sealed, int PageSize, int OutputKb)> s_partitions =
        from size in Gen.Int[1, 30]
        from order in Gen.Shuffle(Enumerable.Range(0, size).ToArray())
        from ended in Gen.Int[0, size]
        from closed in Gen.Bool
        from pageSize in Gen.Int[1, 40]
        from kb in Gen.Int[0, 200]
        select (size, order, ended, closed, pageSize, kb);

    [Fact]
    public Task Read_AnyPartition_EachResultOnceInOrderAndAsFinal() => s_partitions.SampleAsync(async one =>
    {
        PartitionLedger ledger = await LedgerAsync(one.Size, one.Order[..one.Ended], one.Sealed, one.OutputKb);
        bool final = one.Sealed || one.Ended == one.Size;
        int[] rest = [.. Enumerable.Range(0, one.Size).Except(one.Order[..one.Ended])];

        int[] inOrder = [.. ReadAll(one.Size, one.PageSize, (from, count) => PartitionReader.InOrder(ledger, from, count))];
        int[] asFinal = [.. ReadAll(ledger.FinalCount, one.PageSize, (from, count) => PartitionReader.AsFinal(ledger, from, count))];

        Assert.Equal(final ? Enumerable.Range(0, one.Size) : one.Order[..one.Ended].Order(), inOrder);
        Assert.Equal(final ? [.. one.Order[..one.Ended], .. rest] : one.Order[..one.Ended], asFinal);
    });

    [Fact]
    public async Task Read_SealedPartition_CancelledOnesAreWhatTheSealSays()
    {
        MemoryPartitionRows rows = new();
        PartitionLedger ledger = new(rows);
        await ledger.PrepareAsync(MemoryPartitionRows.Spec(3));
        long stopped = SimulatedTime.Start.UtcTicks;
        await ledger.CommitAsync(1, [], new() { Reason = StopReason.QuotaReached, StoppedAt = stopped, SealedAt = stopped + 5, Surplus = [1], Started = [1, 2], StartedAt = [stopped - 7, stopped + 2] });

        InstanceResult[] results = PartitionReader.InOrder(ledger, 0, 3).Results;

        Assert.Equal([CancelReason.QuotaReached, CancelReason.Surplus, CancelReason.QuotaReached], results.Select(one => one.CancelReason!.Value));
        Assert.Equal([null, TimeSpan.FromTicks(7), TimeSpan.Zero], results.Select(one => one.StartedAt is null ? null : (TimeSpan?)one.Duration));
        Assert.All(results, one => Assert.Equal(stopped + 5, one.FinalAt.UtcTicks));
    }

    private static async Task<PartitionLedger> LedgerAsync(int size, int[] ended, bool closed, int outputKb)
    {
        PartitionLedger ledger = new(new MemoryPartitionRows());
        await ledger.PrepareAsync(MemoryPartitionRows.Spec(size));
        byte[] output = new byte[outputKb * 1_024];
        foreach (int index in ended)
        {
            await ledger.CommitAsync(1, [new() { Index = index, FinalState = "Done", Output = output }], seal: null);
        }

        if (closed && ended.Length < size)
        {
            await ledger.CommitAsync(1, [], new() { Reason = StopReason.Cancelled });
        }

        return ledger;
    }

    private static IEnumerable<int> ReadAll(int places, int pageSize, Func<int, int, ResultPage> read)
    {
        for (int from = 0; from < places;)
        {
            ResultPage page = read(from, pageSize);
            Assert.InRange(page.Next, from + 1, Math.Min(places, from + pageSize));
            Assert.True(page.Results.SkipLast(1).Sum(one => one.Output?.Length ?? 0) <= 512 * 1_024);
            foreach (InstanceResult result in page.Results)
            {
                yield return result.Ordinal - 10;
            }

            from = page.Next;
        }
    }
}
