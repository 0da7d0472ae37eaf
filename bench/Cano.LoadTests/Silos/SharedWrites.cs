using Microsoft.Extensions.DependencyInjection;
using Orleans;
using Orleans.Runtime;
using Orleans.Storage;

namespace Cano.LoadTests;

/// <summary>Reads how often shared stores were written.</summary>
internal sealed class SharedWrites(IServiceProvider services)
{
    private readonly IGrainStorage _storage = services.GetRequiredKeyedService<IGrainStorage>(SiloStorage.ProviderName);

    /// <summary>How often the row of a batch's store was written: in a database its ETag counts that. 0 where there is no row, or no such ETag.</summary>
    internal async Task<long> CountAsync(string batchId)
    {
        BatchState batch = (await new BatchRow(_storage, batchId).ReadAsync())!;
        GrainState<SharedStoreState> state = new();
        await _storage.ReadStateAsync("cano.shared", GrainId.Create("cano", $"shared/{GrainKeys.OfSharedStore(batchId, batch.Incarnation)}"), state);
        return state.RecordExists && long.TryParse(state.ETag, out long writes) ? writes : 0;
    }
}
