using System.Globalization;
using Orleans.Metadata;
using Orleans.Placement;

namespace Cano;

/// <summary>
/// Says of all grains of a silo that is alone that they do not move. A silo that stops hands on activations whose calls wait; where
/// there is no other silo, Orleans looks for one all the same and logs an error for each activation that it can't place.
/// </summary>
internal sealed class StayingGrains : IGrainPropertiesProvider
{
    private static readonly string s_anyKind = ((byte)ImmovableKind.Any).ToString(CultureInfo.InvariantCulture);

    public void Populate(Type grainClass, GrainType grainType, Dictionary<string, string> properties) =>
        properties[WellKnownGrainTypeProperties.Immovable] = s_anyKind;
}
