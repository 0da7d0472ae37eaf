using Orleans.Serialization.Serializers;
using Orleans.Storage;

namespace Cano;

/// <summary>
/// The grain storage named <c>cano</c>: turns states into bytes in the turn of the grain that writes them, and hands the bytes to Orleans'
/// relational provider on the lane.
/// </summary>
/// <remarks>
/// The relational provider works on copies: the state and ETag that the grain holds change only when the database has committed, and stay
/// as they were when it has not.
/// </remarks>
internal sealed class CanoGrainStorage(
    AdoNetGrainStorage rows, IStorageLane lane, IGrainStorageSerializer serializer, IActivatorProvider activators, StorageMetrics metrics)
    : IGrainStorage, ILifecycleParticipant<ISiloLifecycle>
{
    /// <summary>The name under which the grains ask for their storage.</summary>
    internal const string Name = SiloStorage.ProviderName;

    public void Participate(ISiloLifecycle observer)
    {
        // Before the relational provider's own stage, in which it reads its queries from the schema; closed after it, when no grain is
        // active any more.
        observer.Subscribe($"{nameof(CanoGrainStorage)}-{Name}", ServiceLifecycleStage.RuntimeStorageServices, lane.OpenAsync, _ => lane.CloseAsync());
        rows.Participate(observer);
    }

    public async Task ReadStateAsync<T>(string stateName, GrainId grainId, IGrainState<T> grainState)
    {
        GrainState<Payload> row = new();
        await lane.RunAsync(writes: false, () => rows.ReadStateAsync(stateName, grainId, row));
        T? state = typeof(T) != typeof(UnreadRow) && row.State?.Bytes is { } bytes ? serializer.Deserialize<T>(bytes) : default;
        grainState.State = state ?? New<T>();
        grainState.ETag = row.ETag;
        grainState.RecordExists = row.RecordExists;
    }

    public async Task WriteStateAsync<T>(string stateName, GrainId grainId, IGrainState<T> grainState)
    {
        BinaryData bytes = serializer.Serialize(grainState.State);
        GrainState<Payload> row = new(new Payload { Bytes = bytes }, grainState.ETag!) { RecordExists = grainState.RecordExists };
        await lane.RunAsync(writes: true, () => rows.WriteStateAsync(stateName, grainId, row));
        metrics.Wrote(bytes.ToMemory().Length);
        grainState.ETag = row.ETag;
        grainState.RecordExists = true;
    }

    public async Task ClearStateAsync<T>(string stateName, GrainId grainId, IGrainState<T> grainState)
    {
        GrainState<Payload> row = new(new Payload(), grainState.ETag!) { RecordExists = grainState.RecordExists };
        await lane.RunAsync(writes: true, () => rows.ClearStateAsync(stateName, grainId, row));
        metrics.Wrote(0);
        grainState.State = New<T>();
        grainState.ETag = row.ETag;
        grainState.RecordExists = false;
    }

    /// <summary>Asks the database something.</summary>
    internal Task ProbeAsync() =>
        lane.ProbeAsync(() => rows.ReadStateAsync("probe", GrainId.Create("probe", "/probe"), new GrainState<Payload>()));

    private T New<T>() => activators.GetActivator<T>().Create();
}
