using System.Collections.Concurrent;
using System.Globalization;
using Microsoft.Extensions.DependencyInjection;
using Orleans.Runtime.Hosting;
using Orleans.Storage;

namespace Cano;

/// <summary>Grain storage that outlives the silos of its cluster, as a database does: rows are bytes, with ETags. (Orleans' memory storage lives in grains and dies with their silo.)</summary>
public sealed class SurvivingStorage
{
    private readonly ConcurrentDictionary<(string State, GrainId Grain), (byte[] Payload, int Version)> _rows = new();

    public IGrainStorage For(IGrainStorageSerializer serializer) => new View(_rows, serializer);

    private sealed class View(
        ConcurrentDictionary<(string State, GrainId Grain), (byte[] Payload, int Version)> rows, IGrainStorageSerializer serializer) : IGrainStorage
    {
        public Task ReadStateAsync<T>(string stateName, GrainId grainId, IGrainState<T> grainState)
        {
            grainState.RecordExists = rows.TryGetValue((stateName, grainId), out (byte[] Payload, int Version) row);
            if (grainState.RecordExists)
            {
                grainState.State = serializer.Deserialize<T>(new BinaryData(row.Payload));
                grainState.ETag = row.Version.ToString(CultureInfo.InvariantCulture);
            }

            return Task.CompletedTask;
        }

        public Task WriteStateAsync<T>(string stateName, GrainId grainId, IGrainState<T> grainState)
        {
            byte[] payload = serializer.Serialize(grainState.State).ToArray();
            lock (rows)
            {
                int version = Expect(stateName, grainId, grainState.ETag) + 1;
                rows[(stateName, grainId)] = (payload, version);
                grainState.ETag = version.ToString(CultureInfo.InvariantCulture);
                grainState.RecordExists = true;
            }

            return Task.CompletedTask;
        }

        public Task ClearStateAsync<T>(string stateName, GrainId grainId, IGrainState<T> grainState)
        {
            lock (rows)
            {
                Expect(stateName, grainId, grainState.ETag);
                rows.TryRemove((stateName, grainId), out _);
                grainState.ETag = null;
                grainState.RecordExists = false;
            }

            return Task.CompletedTask;
        }

        private int Expect(string stateName, GrainId grainId, string? etag)
        {
            int present = rows.TryGetValue((stateName, grainId), out (byte[] Payload, int Version) row) ? row.Version : 0;
            int expected = etag is null ? 0 : int.Parse(etag, CultureInfo.InvariantCulture);
            return present == expected ? present : throw new InconsistentStateException($"{stateName} of {grainId}: version {present}, expected {expected}.");
        }
    }
}

/// <summary>Silos whose storage outlives them.</summary>
public class DurableCluster : CanoCluster
{
    private readonly SurvivingStorage _storage = new();

    protected override void AddStorage(ISiloBuilder silo) => silo.Services.AddGrainStorage(
        SiloStorage.ProviderName, (provider, _) => _storage.For(ActivatorUtilities.CreateInstance<OrleansGrainStorageSerializer>(provider)));
}
