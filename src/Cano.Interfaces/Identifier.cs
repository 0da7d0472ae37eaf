using System.Buffers;

namespace Cano;

/// <summary>
/// The one rule for every id and name that a user chooses: 1 to 200 characters of <c>[A-Za-z0-9._:-]</c>, and neither <c>.</c> nor
/// <c>..</c>,
/// which clients and proxies take out of a URL's path before they send it.
/// </summary>
internal static class Identifier
{
    internal const int MaxLength = 200;

    private static readonly SearchValues<char> s_allowed =
        SearchValues.Create("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789._:-");

    internal static bool IsValid(string? value) =>
        value is { Length: >= 1 and <= MaxLength } && !value.AsSpan().ContainsAnyExcept(s_allowed) && !IsDots(value);

    /// <summary>
    /// Whether it is <c>.</c> or <c>..</c>: in a URL's path these are no names, so nothing that is called so can be reached there.
    /// </summary>
    internal static bool IsDots(string value) => value is "." or "..";

    /// <summary>Says what is wrong, or null when nothing is.</summary>
    internal static string? Fault(string? value, string what) => value switch
    {
        _ when IsValid(value) => null,
        "." or ".." => $"{what} must not be '{value}', which can't stand in the path of a URL.",
        _ => $"{what} must be 1 to {MaxLength} characters of [A-Za-z0-9._:-]; it was {Shown(value)}.",
    };

    internal static string Require(string? value, string what) =>
        Fault(value, what) is { } fault ? throw new CanoConfigurationException(ErrorCodes.InvalidId, fault) : value!;

    private static string Shown(string? value) => value switch
    {
        null => "null",
        "" => "empty",
        { Length: > 60 } => $"'{value[..60]}…' ({value.Length} characters)",
        _ => $"'{value}'",
    };
}
