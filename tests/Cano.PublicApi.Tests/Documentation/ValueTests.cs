using Cano;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;
using Orleans.Hosting;

namespace Shop.Documentation;

/// <summary>What docs/workflows.md says of values, and what a context of a unit test gives to its node.</summary>
public sealed class ValueTests
{
    [Fact]
    public void Store_HoldsCopies()
    {
        WorkflowContext<ShippingOrder> context = new(new ShippingOrder("lamp", 3, 10m));

        List<string> log = ["began"];
        context.Store.Put("log", log);
        log.Add("changed later");                          // not in the store
        context.Store.Get<List<string>>("log").Add("x");   // not in the store either: the list is a copy
        context.Store.Append("log", "went on");            // this is

        Assert.Equal(["began", "went on"], context.Store.Get<List<string>>("log"));
    }

    [Fact]
    public async Task SharedStore_AValueThatCantBeKept_IsRefusedUntilItHasAConverter()
    {
        Sku sku = Sku.Parse("lamp-3");
        MemorySharedStore shared = new();
        List<Func<Task>> writes =
        [
            async () => await shared.PutAsync("put", sku),
            async () => await shared.AppendAsync("list", sku),
            async () => await shared.AddToSetAsync("set", sku),
            async () => await shared.UpdateAsync<Sku>("update", _ => sku),
        ];
        foreach (Func<Task> write in writes)
        {
            CanoConfigurationException refusal = await Assert.ThrowsAsync<CanoConfigurationException>(write);
            Assert.Equal("unstorable-value", refusal.Code);
            Assert.StartsWith("The shared store's value '", refusal.Message, StringComparison.Ordinal);
        }

        Assert.Empty(await shared.KeysAsync());

        Host.CreateApplicationBuilder().UseOrleans(silo => silo.AddCano(cano => Skus.OnSilo(cano)));
        Skus.OnClient();
        foreach (Func<Task> write in writes)
        {
            await write();
        }

        Assert.Equal("LAMP-3", (await shared.GetAsync<Sku>("update")).ToString());
        Assert.Equal(["LAMP-3"], (await shared.GetAsync<Sku[]>("set")).Select(item => item.ToString()));
        Assert.False(await shared.AddToSetAsync("set", sku));
        Assert.True(await shared.RemoveFromSetAsync("set", sku));
    }

    [Fact]
    public void Context_OfATest_HasTheServicesAndTheLoggerGiven()
    {
        using ServiceProvider services = new ServiceCollection().AddSingleton("a service").BuildServiceProvider();
        ILogger logger = new NullLoggerFactory().CreateLogger("of the test");
        WorkflowContext<ShippingOrder> context = new(new ShippingOrder("lamp", 3, 10m), services: services, logger: logger);
        WorkflowContext<ShippingOrder> without = new(new ShippingOrder("lamp", 3, 10m));

        Assert.Equal("a service", context.Services.GetRequiredService<string>());
        Assert.Same(logger, context.Logger);
        Assert.Throws<InvalidOperationException>(() => without.Services);
        Assert.False(without.Logger.IsEnabled(LogLevel.Critical));
    }

    [Fact]
    public void Context_OfATest_KeepsAnOutputAsItIsWhenItIsSet()
    {
        WorkflowContext<ShippingOrder> context = new(new ShippingOrder("lamp", 3, 10m));
        List<string> output = ["first"];
        context.SetOutput(output);
        output.Add("later");

        Assert.Equal(["first"], context.GetOutput<List<string>>()!);
        Assert.Throws<OutputRefusedException>(() => context.SetOutput(double.NaN));
        Assert.Equal(["first"], context.GetOutput<List<string>>()!);
    }
}
