using Cano.Batches;
using Cano.Calls;
using Microsoft.Extensions.DependencyInjection;

namespace Cano.Hosting;

public class CanoClientServicesTests
{
    [Fact]
    public async Task AddCanoClient_Twice_IsOneClientOnTheGrainFactoryOfTheProgram()
    {
        FakeCluster cluster = new();
        ServiceCollection services = new();
        services.AddSingleton(cluster.Factory).AddCanoClient().AddCanoClient();
        await using ServiceProvider provider = services.BuildServiceProvider();

        CanoClient client = Assert.Single(provider.GetServices<CanoClient>());
        ConcurrentWorkflow<OrderState> batch = new ConcurrentWorkflow<OrderState>(new ConcurrentTimeout.WaitForever())
            .AddInstance(new ConcurrentWorkflowInstance<OrderState, OrderParams>("a", Orders.Price));

        Assert.Equal(batch.Id, (await client.StartAsync(batch)).Id);
        Assert.Equal(1, (await client.Attach<OrderState>(batch.Id).GetStatusAsync()).Total);
    }
}
