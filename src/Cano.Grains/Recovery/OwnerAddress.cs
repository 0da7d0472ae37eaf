using System.Diagnostics.CodeAnalysis;

namespace Cano;

/// <summary>
/// The address of a silo as it stands in the catalog (<see cref="BatchEntry.Owner"/>), where other programs, other versions and people can
/// write, too.
/// </summary>
internal static class OwnerAddress
{
    /// <summary>Reads an address.</summary>
    /// <returns>Null: it is none.</returns>
    [SuppressMessage("Design", "CA1031", Justification = "Orleans says with many kinds of exceptions that a text is no address.")]
    internal static SiloAddress? Parse(string owner)
    {
        try
        {
            return SiloAddress.FromParsableString(owner);
        }
        catch (Exception)
        {
            return null;
        }
    }
}
