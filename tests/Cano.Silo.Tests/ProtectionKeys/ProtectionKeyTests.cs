using System.Xml.Linq;
using Cano.TestDatabase;
using Cano.Tests.Postgres;
using Cano.Tests.Storage;
using Microsoft.AspNetCore.DataProtection.KeyManagement;
using Microsoft.Extensions.DependencyInjection;
using Orleans.Configuration;

namespace Cano.Tests.ProtectionKeys;

/// <summary>The keys that silos share.</summary>
public sealed class ProtectionKeyTests(SharedPostgres postgres)
{
    [Fact]
    public async Task Add_TwoSilosAtOnceOnSqliteLane_OneIsTakenAndBothReadIt()
    {
        using TemporaryFolder folder = new();
        await using SqliteStorage storage = await SqliteStorage.OpenAsync(folder.Path);

        AssertOneIsTaken(() => new(storage.Lane, storage.Lane.DataSource, "service"), new(storage.Lane, storage.Lane.DataSource, "other"));
    }

    [Fact]
    public async Task Add_TwoSilosAtOnceOnPostgres_OneIsTakenAndBothReadIt()
    {
        await using PostgresStorage storage = await PostgresStorage.OpenAsync(await (await postgres.GetAsync()).CreateDatabaseAsync());

        AssertOneIsTaken(() => new(storage.Lane, storage.Database.Source, "service"), new(storage.Lane, storage.Database.Source, "other"));
    }

    /// <summary>With a key of its own that nobody else has, what a silo protects would be refused by the others for a day.</summary>
    [Fact]
    public async Task Manager_WhoseKeyWasNotTaken_GoesOnWithTheOthers()
    {
        using TemporaryFolder folder = new();
        await using SqliteStorage storage = await SqliteStorage.OpenAsync(folder.Path);
        await using ServiceProvider one = Silo(storage);
        await using ServiceProvider two = Silo(storage);
        IKeyManager first = one.GetRequiredService<IKeyManager>();
        IKeyManager second = two.GetRequiredService<IKeyManager>();
        DateTimeOffset now = TimeProvider.System.GetUtcNow();
        Assert.Empty(first.GetAllKeys());
        Assert.Empty(second.GetAllKeys());

        IKey made = first.CreateNewKey(now, now.AddDays(90));
        IKey given = second.CreateNewKey(now, now.AddDays(90));

        Assert.Equal(made.KeyId, given.KeyId);
        Assert.Equal([made.KeyId], second.GetAllKeys().Select(key => key.KeyId));
    }

    private static ServiceProvider Silo(SqliteStorage storage)
    {
        ServiceCollection services = new();
        services.AddLogging();
        services.AddSingleton(storage.Lane);
        services.Configure<ClusterOptions>(options => options.ServiceId = "service");
        services.AddProtectionKeys();
        return services.BuildServiceProvider();
    }

    private static void AssertOneIsTaken(Func<ProtectionKeyRepository> silo, ProtectionKeyRepository ofAnotherService)
    {
        ProtectionKeyRepository one = silo();
        ProtectionKeyRepository two = silo();
        Assert.Empty(one.GetAllElements());
        Assert.Empty(two.GetAllElements());

        one.StoreElement(new XElement("key", "one"), "first");
        Assert.Throws<ProtectionKeyTakenException>(() => two.StoreElement(new XElement("key", "two"), "second"));
        Assert.Equal(["one"], two.GetAllElements().Select(element => element.Value));
        two.StoreElement(new XElement("key", "two → ä"), "second");

        Assert.Equal(["one", "two → ä"], one.GetAllElements().Select(element => element.Value));
        Assert.Empty(ofAnotherService.GetAllElements());
    }
}
