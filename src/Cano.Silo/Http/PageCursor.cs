using System.Buffers.Text;
using System.Globalization;
using System.Text;

namespace Cano;

/// <summary>Where a page ended, as text that means nothing to callers.</summary>
internal static class PageCursor
{
    /// <summary>Of a list of batches.</summary>
    internal static string Of(BatchPlace place) => Encode(string.Create(CultureInfo.InvariantCulture, $"{place.CreatedAt.UtcTicks} {place.Id}"));

    /// <summary>Of a batch's results: the place where to go on.</summary>
    internal static string Of(int place) => Encode(place.ToString(CultureInfo.InvariantCulture));

    internal static BatchPlace? ReadPlace(string? cursor) => cursor is null
        ? null
        : Decode(cursor).Split(' ') is [var ticks, var id] && long.TryParse(ticks, NumberStyles.None, CultureInfo.InvariantCulture, out long at)
            && at <= DateTimeOffset.MaxValue.UtcTicks && Identifier.IsValid(id)
            ? new(new(at, TimeSpan.Zero), id)
            : throw Invalid();

    internal static int ReadNumber(string? cursor) => cursor is null
        ? 0
        : int.TryParse(Decode(cursor), NumberStyles.None, CultureInfo.InvariantCulture, out int place) ? place : throw Invalid();

    private static string Encode(string text) => Base64Url.EncodeToString(Encoding.UTF8.GetBytes(text));

    private static string Decode(string cursor)
    {
        try
        {
            return Encoding.UTF8.GetString(Base64Url.DecodeFromChars(cursor));
        }
        catch (FormatException)
        {
            throw Invalid();
        }
    }

    private static ApiException Invalid() => ApiException.Parameter("cursor", "It is not one that this list has given; leave it out to begin at the start.");
}
