using System.Globalization;
using Microsoft.Extensions.DependencyInjection;
using Orleans.Storage;

namespace Cano.CrashHost;

/// <summary>
/// Where the process is to die: <c>before cano.batch 2</c> or <c>after cano.segment 1</c>, the second and first write of a state of that name (all segments being one);
/// <c>after results 4</c>: the write by which 4 results or more are durable; <c>before clear:cano.partition 1</c>: the first time that a row of that name is removed.
/// </summary>
public sealed class CrashPoint
{
    public const string Variable = "CANO_TEST_DIE";

    private readonly bool _before;
    private readonly string _what;
    private readonly int _number;

    private CrashPoint(string text)
    {
        string[] words = text.Split(' ');
        _before = words[0] == "before";
        _what = words[1];
        _number = int.Parse(words[2], CultureInfo.InvariantCulture);
    }

    internal static CrashPoint? FromEnvironment() => Environment.GetEnvironmentVariable(Variable) is { Length: > 0 } text ? new(text) : null;

    /// <summary>Puts itself around the grain storage that the host has set up.</summary>
    internal void AddTo(IServiceCollection services)
    {
        ServiceDescriptor storage = services.Last(service =>
            service.IsKeyedService && service.ServiceType == typeof(IGrainStorage) && Equals(service.ServiceKey, SiloStorage.ProviderName));
        services.Remove(storage);
        services.AddKeyedSingleton<IGrainStorage>(
            SiloStorage.ProviderName,
            (provider, key) => new CrashingStorage((IGrainStorage)storage.KeyedImplementationFactory!(provider, key), this));
    }

    /// <summary>Whether the write that is about to be made, or was just made, is the one.</summary>
    internal bool Is(bool before, string stateName, int writes, int? results) =>
        before == _before && (_what == "results" ? results >= _number : stateName.StartsWith(_what, StringComparison.Ordinal) && writes == _number);
}
