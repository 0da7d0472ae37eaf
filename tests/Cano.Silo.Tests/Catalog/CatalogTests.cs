using System.Globalization;

namespace Cano.Tests.Catalog;

/// <summary>What <see cref="IBatchCatalog"/> says, on a real database.</summary>
public abstract class CatalogTests
{
    protected static readonly DateTimeOffset Noon = new(2026, 11, 22, 12, 0, 0, TimeSpan.Zero);

    protected static CancellationToken Token => TestContext.Current.CancellationToken;

    private protected abstract IBatchCatalog Catalog { get; }

    [Fact]
    public async Task Put_NewEntry_IsUnfinishedWithAllThatWasPut()
    {
        BatchEntry entry = Entry("a") with { Workflows = ["orders.price", "orders.ship"], Labels = ["fast", "größer 😀"] };
        await Catalog.PutAsync(entry, Token);

        BatchEntry read = Assert.Single(await Catalog.GetUnfinishedAsync(Token));

        Assert.Equal(entry.Status, read.Status);
        Assert.Equal((entry.Version, entry.Owner, entry.Digest, entry.Partitions), (read.Version, read.Owner, read.Digest, read.Partitions));
        Assert.Equal(entry.Workflows, read.Workflows);
        Assert.Equal(entry.Labels.Order(StringComparer.Ordinal), read.Labels.Order(StringComparer.Ordinal));
    }

    [Fact]
    public async Task Put_OfTheSameStart_TheHigherVersionStays()
    {
        await Catalog.PutAsync(Entry("a", version: 8, owner: "new"), Token);
        await Catalog.PutAsync(Entry("a", version: 4, owner: "stale"), Token);
        await Catalog.PutAsync(Entry("a", version: 8, owner: "again"), Token);
        Assert.Equal("new", Assert.Single(await Catalog.GetUnfinishedAsync(Token)).Owner);

        await Catalog.PutAsync(Finished("a", version: 9), Token);

        Assert.Empty(await Catalog.GetUnfinishedAsync(Token));
    }

    [Fact]
    public async Task Put_OfAnotherStartOfTheSameContent_ReplacesTheEntryOfTheOneThatWasBrokenOff()
    {
        await Catalog.PutAsync(Entry("a", version: 4, owner: "first"), Token);
        await Catalog.PutAsync(Entry("a", version: 4, owner: "second", created: Noon.AddSeconds(-1)), Token);

        BatchEntry read = Assert.Single(await Catalog.GetUnfinishedAsync(Token));

        Assert.Equal(("second", Noon.AddSeconds(-1)), (read.Owner, read.Status.CreatedAt));
        Assert.Equal(["orders.price"], read.Workflows);
    }

    [Fact]
    public async Task Put_OfTheSameIdWithOtherContent_IsAnEntryOfItsOwn()
    {
        await Catalog.PutAsync(Entry("a") with { Digest = "one", Partitions = 3, Workflows = ["orders.price"] }, Token);
        await Catalog.PutAsync(Entry("a") with { Digest = "other", Partitions = 5, Workflows = ["orders.ship"] }, Token);
        await Catalog.RemoveAsync(Entry("a") with { Digest = "one" }, Token);

        BatchEntry left = Assert.Single(await Catalog.GetUnfinishedAsync(Token));

        Assert.Equal(("other", 5, "orders.ship"), (left.Digest, left.Partitions, Assert.Single(left.Workflows)));
    }

    [Fact]
    public async Task GetUnfinished_ForRecovery_LeavesOutWhatIsDriven()
    {
        await Catalog.PutAsync(Entry("mine", owner: "me"), Token);
        await Catalog.PutAsync(Entry("mine-lost", owner: "me"), Token);
        await Catalog.PutAsync(Entry("theirs", owner: "living"), Token);
        await Catalog.PutAsync(Entry("lost", owner: "dead"), Token);
        await Catalog.PutAsync(Finished("over"), Token);

        IReadOnlyList<BatchEntry> some = await Catalog.GetUnfinishedAsync(["living", "another"], id => id == "mine", Token);

        Assert.Equal(["lost", "mine-lost"], some.Select(entry => entry.Status.Id).Order());
        Assert.Equal(4, (await Catalog.GetUnfinishedAsync([], _ => false, Token)).Count);
        Assert.Empty(await Catalog.GetUnfinishedAsync([], _ => true, Token));
    }

    [Fact]
    public async Task GetExpired_FinishedAndPurged_TheOldestFirstAndNothingYoungerOrUnfinished()
    {
        await Catalog.PutAsync(Finished("second", finished: Noon.AddSeconds(2)), Token);
        await Catalog.PutAsync(Finished("young", finished: Noon.AddSeconds(5)), Token);
        await Catalog.PutAsync(Finished("first", finished: Noon.AddSeconds(1)), Token);
        await Catalog.PutAsync(Finished("tombstone", finished: Noon.AddSeconds(-100)) with { PurgedAt = Noon.AddSeconds(3) }, Token);
        await Catalog.PutAsync(Finished("purging", finished: Noon.AddSeconds(1)) with { IsBeingPurged = true }, Token);
        await Catalog.PutAsync(Entry("running"), Token);

        Assert.Equal(["first", "second", "tombstone"], (await Catalog.GetExpiredAsync(Noon.AddSeconds(4), 10, Token)).Select(entry => entry.Status.Id));
        Assert.Equal(["first"], (await Catalog.GetExpiredAsync(Noon.AddSeconds(4), 1, Token)).Select(entry => entry.Status.Id));
        Assert.Equal(["purging", "running"], (await Catalog.GetUnfinishedAsync(Token)).Select(entry => entry.Status.Id).Order());
    }

    /// <summary>Entries of one moment, of one id, and tombstones among them: each comes once, whatever the pages are.</summary>
    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(5)]
    [InlineData(20)]
    public async Task GetExpired_PageByPage_EachComesOnce(int limit)
    {
        for (int number = 0; number < 9; number++)
        {
            await Catalog.PutAsync(Finished($"a{number}", finished: Noon.AddMicroseconds(number / 3)), Token);
            await Catalog.PutAsync(Finished("same", finished: Noon.AddMicroseconds(1)) with { Digest = $"digest-{number}" }, Token);
        }

        await Catalog.PutAsync(Finished("tombstone", finished: Noon.AddSeconds(-100)) with { PurgedAt = Noon.AddMicroseconds(1) }, Token);
        List<string> read = [];
        IReadOnlyList<BatchEntry> page = [];
        do
        {
            page = await Catalog.GetExpiredAsync(Noon.AddSeconds(1), page.Count == 0 ? null : page[^1], limit, Token);
            Assert.InRange(page.Count, 0, limit);
            read.AddRange(page.Select(entry => $"{entry.Status.Id} {entry.Digest}"));
        }
        while (page.Count > 0);

        Assert.Equal(19, read.Count);
        Assert.Equal(19, read.Distinct().Count());
        Assert.Equal(
            (await Catalog.GetExpiredAsync(Noon.AddSeconds(1), 100, Token)).Select(entry => $"{entry.Status.Id} {entry.Digest}"), read);
    }

    /// <summary>A newer silo's word, say: it kept recovery, retention and lists from all the others.</summary>
    [Fact]
    public async Task Read_AnEntryWithAWordThatIsUnknown_KeepsNoneOfTheOthersBack()
    {
        await Catalog.PutAsync(Entry("a"), Token);
        await Catalog.PutAsync(Entry("b"), Token);
        await Catalog.PutAsync(Finished("c"), Token);
        await Catalog.PutAsync(Finished("d"), Token);
        await ExecuteAsync("UPDATE CanoBatch SET Phase = 'some-day' WHERE Id = 'a'");
        await ExecuteAsync("UPDATE CanoBatch SET StopReason = 'some-day' WHERE Id = 'c'");

        Assert.Equal(["b"], (await Catalog.GetUnfinishedAsync(Token)).Select(entry => entry.Status.Id));
        Assert.Equal(["b"], (await Catalog.GetUnfinishedAsync([], _ => false, Token)).Select(entry => entry.Status.Id));
        Assert.Equal(["c", "d"], (await Catalog.GetExpiredAsync(Noon.AddDays(1), 10, Token)).Select(entry => entry.Status.Id));
        Assert.Equal("d c b", await ListAsync(new() { Limit = 10 }));
    }

    [Fact]
    public async Task Remove_AnotherVersionOrStart_ChangesNothing()
    {
        await Catalog.PutAsync(Entry("a", version: 8), Token);
        await Catalog.RemoveAsync(Entry("a", version: 4), Token);
        await Catalog.RemoveAsync(Entry("a", version: 8, created: Noon.AddTicks(100)), Token);
        Assert.Equal(["orders.price"], Assert.Single(await Catalog.GetUnfinishedAsync(Token)).Workflows);

        await Catalog.RemoveAsync(Entry("a", version: 8), Token);

        Assert.Empty(await Catalog.GetUnfinishedAsync(Token));
        Assert.Equal((0, 0, 0), await CountAsync());
    }

    [Fact]
    public async Task Put_Purged_LeavesNeitherWorkflowsNorLabels()
    {
        await Catalog.PutAsync(Entry("a") with { Labels = ["fast"] }, Token);
        Assert.Equal((1, 1, 1), await CountAsync());

        await Catalog.PutAsync(Finished("a", version: 11) with { PurgedAt = Noon }, Token);

        Assert.Equal((1, 0, 0), await CountAsync());
    }

    [Fact]
    public async Task Put_ThousandsAtOnce_AllAreThere()
    {
        string[] ids = [.. Enumerable.Range(0, 3_000).Select(number => number.ToString("0000", CultureInfo.InvariantCulture))];

        await Task.WhenAll(ids.Select(id => Catalog.PutAsync(Entry(id), Token)));
        await Task.WhenAll(ids.Select(id => Catalog.PutAsync(Finished(id, version: int.Parse(id, CultureInfo.InvariantCulture) % 2 == 0 ? 7 : 3), Token)));

        Assert.Equal(ids.Where((_, number) => number % 2 == 1), (await Catalog.GetUnfinishedAsync(Token)).Select(entry => entry.Status.Id).Order());
    }

    [Fact]
    public async Task Put_OfTheSameVersionByTheSameOwner_UpdatesTheCounts()
    {
        await Catalog.PutAsync(Entry("a", version: 5), Token);
        BatchEntry later = Entry("a", version: 5);

        await Catalog.PutAsync(later with { Status = later.Status with { Pending = 1, Running = 2 } }, Token);

        Assert.Equal((1, 2), Assert.Single(await Catalog.GetUnfinishedAsync(Token)).Status switch { var status => (status.Pending, status.Running) });
    }

    [Fact]
    public async Task List_WithEachFilter_IsThoseBatchesTheNewestFirst()
    {
        await Catalog.PutAsync(Entry("a", created: Noon.AddSeconds(1)) with { Labels = ["fast"] }, Token);
        await Catalog.PutAsync(Entry("b", created: Noon.AddSeconds(2)) with { Workflows = ["orders.price", "orders.ship"], Labels = ["slow", "fast"] }, Token);
        await Catalog.PutAsync(Entry("c", created: Noon.AddSeconds(2)) with { Workflows = ["orders.ship"] }, Token);
        await Catalog.PutAsync(Entry("d", created: Noon.AddSeconds(3)), Token);
        BatchEntry finished = Finished("d");
        await Catalog.PutAsync(finished with { Status = finished.Status with { CreatedAt = Noon.AddSeconds(3) } }, Token);
        await Catalog.PutAsync(Finished("purged") with { PurgedAt = Noon }, Token);

        Assert.Equal("d c b a", await ListAsync(new()));
        Assert.Equal("c b a", await ListAsync(new() { Phase = BatchPhase.Pending }));
        Assert.Equal("d", await ListAsync(new() { Phase = BatchPhase.Finished }));
        Assert.Equal("c b", await ListAsync(new() { Workflow = "orders.ship" }));
        Assert.Equal("b a", await ListAsync(new() { Label = "fast" }));
        Assert.Equal("b", await ListAsync(new() { Label = "fast", Workflow = "orders.ship", Phase = BatchPhase.Pending }));
        Assert.Equal("c b", await ListAsync(new() { Workflow = "orders.ship", Phase = BatchPhase.Pending, After = new(Noon.AddSeconds(3), "d") }));
        Assert.Equal("d", await ListAsync(new() { Workflow = "orders.price", Phase = BatchPhase.Finished }));
        Assert.Equal("b", await ListAsync(new() { Label = "fast", Workflow = "orders.price", From = Noon.AddSeconds(2) }));
        Assert.Equal("c", await ListAsync(new() { Name = "name of c" }));
        Assert.Equal("d c b", await ListAsync(new() { From = Noon.AddSeconds(2) }));
        Assert.Equal("a", await ListAsync(new() { To = Noon.AddSeconds(2) }));
        Assert.Equal("", await ListAsync(new() { Name = "' OR 1=1 --" }));
    }

    [Fact]
    public async Task List_PageAfterPage_EachBatchOnceThoughOthersComeAndGo()
    {
        string[] ids = [.. Enumerable.Range(0, 25).Select(number => number.ToString("00", CultureInfo.InvariantCulture))];
        foreach (string id in ids)
        {
            // Several of one moment: then the id decides.
            await Catalog.PutAsync(Entry(id, created: Noon.AddSeconds(int.Parse(id, CultureInfo.InvariantCulture) / 5)), Token);
        }

        List<string> seen = [];
        BatchPlace? after = null;
        for (IReadOnlyList<BatchEntry>? page = null; page is null || page.Count > 0;)
        {
            page = await ((IBatchList)Catalog).ListAsync(new() { Limit = 4, After = after }, Token);
            seen.AddRange(page.Select(entry => entry.Status.Id));
            after = page.Count == 0 ? after : new(page[^1].Status.CreatedAt, page[^1].Status.Id);
            await Catalog.PutAsync(Entry($"new-{seen.Count}", created: Noon.AddDays(1)), Token);
        }

        Assert.Equal(ids.Reverse(), seen);
    }

    private async Task<string> ListAsync(BatchQuery query) =>
        string.Join(' ', (await ((IBatchList)Catalog).ListAsync(query, Token)).Select(entry => entry.Status.Id));

    /// <summary>How many rows the three tables have.</summary>
    private async Task<(long Batches, long Workflows, long Labels)> CountAsync() =>
        (await CountAsync("CanoBatch"), await CountAsync("CanoBatchWorkflow"), await CountAsync("CanoBatchLabel"));

    private protected abstract Task<long> CountAsync(string table);

    private protected abstract Task ExecuteAsync(string sql);

    private protected static BatchEntry Entry(string id, long version = 4, string owner = "127.0.0.1:11111@1", DateTimeOffset? created = null) => new()
    {
        Status = new() { Id = id, Name = $"name of {id}", Total = 3, Pending = 3, CreatedAt = created ?? Noon },
        Version = version,
        Owner = owner,
        Workflows = ["orders.price"],
        Digest = "0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef",
        Partitions = 1,
    };

    private protected static BatchEntry Finished(string id, long version = 7, DateTimeOffset? finished = null)
    {
        BatchEntry entry = Entry(id, version);
        DateTimeOffset at = finished ?? Noon.AddSeconds(1);
        return entry with
        {
            Status = entry.Status with
            {
                Phase = BatchPhase.Finished,
                StopReason = StopReason.QuotaReached,
                DecidedBy = "i1",
                Pending = 0,
                Completed = 2,
                Cancelled = 1,
                StartedAt = Noon,
                Deadline = Noon.AddDays(1),
                StoppedAt = at,
                FinishedAt = at,
                TotalDuration = at - Noon,
            },
        };
    }
}
