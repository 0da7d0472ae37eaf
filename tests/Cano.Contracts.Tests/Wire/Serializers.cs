using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Options;
using Orleans.Configuration;
using Orleans.Runtime;
using Orleans.Serialization;
using Orleans.Serialization.Serializers;
using Orleans.Storage;

namespace Cano.Contracts.Tests.Wire;

/// <summary>The serializers as a silo has them; the silo itself is never started.</summary>
public sealed class Serializers : IDisposable
{
    private readonly IHost _silo;

    public Serializers()
    {
        HostApplicationBuilder builder = Host.CreateEmptyApplicationBuilder(new() { DisableDefaults = true });
        builder.UseOrleans(silo => silo.UseLocalhostClustering().AddMemoryGrainStorage(SiloStorage.ProviderName).AddCano());
        _silo = builder.Build();
        Json = _silo.Services.GetRequiredService<IOptionsMonitor<MemoryGrainStorageOptions>>().Get(SiloStorage.ProviderName).GrainStorageSerializer;
        Binary = ActivatorUtilities.CreateInstance<OrleansGrainStorageSerializer>(_silo.Services);
    }

    /// <summary>What most providers use, memory storage among them.</summary>
    internal IGrainStorageSerializer Json { get; }

    /// <summary>What Cano's own storage uses.</summary>
    internal IGrainStorageSerializer Binary { get; }

    private Serializer Messages => _silo.Services.GetRequiredService<Serializer>();

    /// <summary>As it stands in a message, its type by alias in front.</summary>
    internal byte[] Write(object value) => Messages.SerializeToArray(value);

    internal object Read(byte[] bytes) => Messages.Deserialize<object>(bytes)!;

    public void Dispose() => _silo.Dispose();
}
