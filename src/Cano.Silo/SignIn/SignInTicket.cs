using System.Security.Claims;

namespace Cano;

/// <summary>
/// Who has signed in on the page, as the cookie says: a name, a role, and what grants it, so that it ends when that is taken out of the
/// settings.
/// </summary>
internal static class SignInTicket
{
    /// <summary>The name of the authentication scheme, and the authentication type of whoever is known by the cookie.</summary>
    internal const string Scheme = "cookie";

    private const string Grant = "cano:grant";
    private const string Display = "cano:display";
    private const int HashDigits = 16;

    /// <summary>For a key: its name and role.</summary>
    internal static ClaimsPrincipal Of(ApiKeyOptions key) => Make(key.Name, key.Name, key.Role, GrantOf(key));

    /// <summary>For a token: its subject, which is the name by which the API knows the same caller, and the higher of its roles.</summary>
    /// <returns>Null: the token grants neither role.</returns>
    internal static ClaimsPrincipal? Of(ClaimsPrincipal token, JwtOptions provider)
    {
        string? role = token.IsInRole(Roles.Operator) ? Roles.Operator : token.IsInRole(Roles.Reader) ? Roles.Reader : null;
        string name = token.Identity?.Name ?? "";
        return role is null ? null : Make(name, token.FindFirstValue("name") ?? token.FindFirstValue("preferred_username") ?? name, role, GrantOf(provider));
    }

    /// <summary>
    /// Whether the settings still grant what they granted at the sign-in: a key of that name, hash and role, or tokens of that provider.
    /// </summary>
    internal static bool Holds(ClaimsPrincipal? ticket, CanoHttpOptions options) => ticket?.FindFirstValue(Grant) is { } grant
        && (options.ApiKeys.Any(key => GrantOf(key) == grant) || (options.Jwt is { } provider && GrantOf(provider) == grant));

    /// <summary>Whether the visitor signed in on the page, rather than by a header, or not at all because nobody has to.</summary>
    internal static bool IsSignedIn(this ClaimsPrincipal visitor) => visitor.Identity?.AuthenticationType == Scheme;

    /// <summary>The visitor's name for people; empty where nobody has to say who they are.</summary>
    internal static string DisplayName(this ClaimsPrincipal visitor) => visitor.FindFirstValue(Display) ?? visitor.Identity?.Name ?? "";

    /// <summary>Whether the visitor may start, cancel and purge.</summary>
    internal static bool MayOperate(this ClaimsPrincipal visitor) => visitor.IsInRole(Roles.Operator);

    private static ClaimsPrincipal Make(string name, string display, string role, string grant) => new(new ClaimsIdentity(
        [new(ClaimTypes.Name, name), new(ClaimTypes.Role, role), new(Display, display), new(Grant, grant)], Scheme));

    private static string GrantOf(ApiKeyOptions key) => $"key {key.Hash[..HashDigits].ToUpperInvariant()} {key.Role} {key.Name}";

    private static string GrantOf(JwtOptions provider) => $"provider {provider.Authority} {provider.Audience} {provider.ClientId} {provider.RoleClaim}";
}
