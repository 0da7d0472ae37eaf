using System.Globalization;
using Orleans.Placement;
using Orleans.Runtime.Placement;

namespace Cano;

/// <summary>
/// Partitions of one batch go to the silos in turn, beginning with one that the batch's id chooses. Orleans' own choice goes by what silos
/// last told of their load, so that partitions which come within the same second all go to the same silo.
/// </summary>
internal sealed class EvenPlacement : PlacementStrategy;

/// <summary>Marks a grain whose key ends with its place in a row of them, as a partition's does.</summary>
[AttributeUsage(AttributeTargets.Class)]
internal sealed class EvenPlacementAttribute() : PlacementAttribute(new EvenPlacement());

/// <summary>Chooses the silo.</summary>
internal sealed class EvenPlacementDirector : IPlacementDirector
{
    public Task<SiloAddress> OnAddActivation(PlacementStrategy strategy, PlacementTarget target, IPlacementContext context) =>
        Task.FromResult(Choose(target.GrainIdentity.Key.ToString()!, context.GetCompatibleSilos(target)));

    /// <summary>The same for a key and silos, whoever asks.</summary>
    internal static SiloAddress Choose(string key, SiloAddress[] silos)
    {
        int end = key.LastIndexOf('/');
        uint first = StableHash.ComputeHash(key[..end]);
        uint index = uint.Parse(key.AsSpan(end + 1), NumberStyles.None, CultureInfo.InvariantCulture);
        return silos.Order().ElementAt((int)((first + (ulong)index) % (uint)silos.Length));
    }
}
