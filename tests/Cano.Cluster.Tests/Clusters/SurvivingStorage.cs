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

    /// <summary>The rows: the state's name and the key.</summary>
    public IEnumerable<string> Rows => _rows.Keys.Select(row => $"{row.State} {row.Grain.Key}").Order(StringComparer.Ordinal);

    /// <summary>Called before each row is removed, with its name as in <see cref="Rows"/>; may throw.</summary>
    public Action<string> Removing { get; set; } = _ => { };

    public IGrainStorage For(IGrainStorageSerializer serializer) => new View(this, _rows, serializer);

    private sealed class View(
        SurvivingStorage storage, ConcurrentDictionary<(string State, GrainId Grain), (byte[] Payload, int Version)> rows, IGrainStorageSerializer serializer) : IGrainStorage
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
            storage.Removing($"{stateName} {grainId.Key}");
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
    public SurvivingStorage Storage { get; } = new();

    /// <summary>The rows of a batch.</summary>
    public string[] RowsOf(string batchId) => [.. Storage.Rows.Where(row => row.Split(' ')[1].Split('/')[1] == batchId)];

    protected override void AddStorage(ISiloBuilder silo) => silo.Services.AddGrainStorage(
        SiloStorage.ProviderName, (provider, _) => Storage.For(ActivatorUtilities.CreateInstance<OrleansGrainStorageSerializer>(provider)));
}

/// <summary>The same, whose instances save a checkpoint after each transition.</summary>
public sealed class CheckpointingCluster : DurableCluster
{
    protected override void Configure(CanoOptions options) => options.CheckpointInterval = TimeSpan.Zero;
}
