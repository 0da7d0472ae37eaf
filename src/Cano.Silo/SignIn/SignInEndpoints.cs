using System.Text;
using Microsoft.AspNetCore.Antiforgery;
using Microsoft.AspNetCore.Authentication;
using Microsoft.AspNetCore.Authentication.JwtBearer;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Mvc;
using Microsoft.Extensions.Options;

namespace Cano;

/// <summary>Signing in and out with a browser.</summary>
internal static class SignInEndpoints
{
    internal const string SignInPath = "/signin";
    internal const string SignOutPath = "/signout";
    internal const string ReturnUrl = "returnUrl";
    internal const string Key = "key";

    /// <summary>Where a script gets an anti-forgery token that has no form to take it from.</summary>
    internal const string TokenPath = "/signin/token";

    private const string ProviderPath = "/signin/provider";
    private const string Fault = "fault";

    /// <summary>More than any token is long.</summary>
    private const int MaxFormBytes = 64 * 1024;

    internal static void MapSignIn(this IEndpointRouteBuilder web)
    {
        web.MapGet(SignInPath, Show).ExcludeFromDescription();
        web.MapPost(SignInPath, EnterAsync).ExcludeFromDescription().WithMetadata(new OwnPagesOnly(), new RequestSizeLimitAttribute(MaxFormBytes));
        web.MapGet(ProviderPath, GoToProviderAsync).ExcludeFromDescription();
        web.MapGet(TokenPath, GiveToken).ExcludeFromDescription().RequireAuthorization(Roles.Reader);
        web.MapPost(SignOutPath, LeaveAsync).ExcludeFromDescription();
    }

    /// <summary>The address of the page.</summary>
    /// <param name="returnUrl">Where to go on after it; null: at the start.</param>
    /// <param name="fault">What to say there.</param>
    internal static string PathFor(string? returnUrl, SignInFault fault = SignInFault.None) => SignInPath + QueryString.Create(
        ((KeyValuePair<string, string?>[])[new(ReturnUrl, Local(returnUrl) is "/" ? null : returnUrl), new(Fault, fault is SignInFault.None ? null : $"{fault}")]).Where(part => part.Value is not null));

    internal static string ProviderPathFor(string returnUrl) => ProviderPath + QueryString.Create(ReturnUrl, returnUrl);

    private static IResult Show(HttpContext http, string? returnUrl, string? fault, IOptions<CanoHttpOptions> options) =>
        !options.Value.NeedsAuthentication || http.User.IsSignedIn()
            ? TypedResults.LocalRedirect(Local(returnUrl))
            : Page(options.Value, returnUrl, Enum.TryParse(fault, out SignInFault known) ? known : SignInFault.None);

    private static async Task<IResult> EnterAsync(HttpContext http, IOptions<CanoHttpOptions> options, TimeProvider time, CancellationToken cancellationToken)
    {
        IFormCollection form = await ReadAsync(http.Request, cancellationToken);
        string? returnUrl = form[ReturnUrl];
        if (!options.Value.NeedsAuthentication)
        {
            return TypedResults.LocalRedirect(Local(returnUrl));
        }

        string shown = form[Key].ToString().Trim();
        if (shown.Length == 0)
        {
            return Page(options.Value, returnUrl, SignInFault.Empty);
        }

        if (ApiKeyHandler.Find(options.Value, shown) is { } key)
        {
            await http.SignInAsync(SignInTicket.Scheme, SignInTicket.Of(key));
            return TypedResults.LocalRedirect(Local(returnUrl));
        }

        SignInFault fault = await EnterWithTokenAsync(http, options.Value, shown, time);
        return fault is SignInFault.None ? TypedResults.LocalRedirect(Local(returnUrl)) : Page(options.Value, returnUrl, fault);
    }

    /// <summary>Has the token checked as if it had come in the header. The cookie does not outlive it.</summary>
    private static async Task<SignInFault> EnterWithTokenAsync(HttpContext http, CanoHttpOptions options, string token, TimeProvider time)
    {
        if (options.Jwt is not { } provider)
        {
            return SignInFault.Unknown;
        }

        http.Request.Headers.Authorization = $"Bearer {token}";
        AuthenticateResult result = await http.AuthenticateAsync(JwtBearerDefaults.AuthenticationScheme);
        if (result is not { Succeeded: true, Principal: { } subject })
        {
            return SignInFault.Unknown;
        }

        if (SignInTicket.Of(subject, provider) is not { } ticket)
        {
            return SignInFault.Role;
        }

        DateTimeOffset end = time.GetUtcNow() + options.SignInLifetime;
        await http.SignInAsync(SignInTicket.Scheme, ticket, new() { AllowRefresh = false, ExpiresUtc = result.Properties?.ExpiresUtc is { } expires && expires < end ? expires : end });
        return SignInFault.None;
    }

    private static async Task<IResult> GoToProviderAsync(HttpContext http, string? returnUrl, IOptions<CanoHttpOptions> options)
    {
        if (options.Value.Jwt is not { ClientId: not null } provider)
        {
            return TypedResults.LocalRedirect(PathFor(returnUrl));
        }

        try
        {
            await http.ChallengeAsync(ProviderSignIn.Scheme, new() { RedirectUri = Local(returnUrl) });
            return TypedResults.Empty;
        }
        catch (Exception exception) when (exception is InvalidOperationException or HttpRequestException or IOException)
        {
            // Its description could not be fetched.
            ProviderSignIn.Log(http, provider, exception);
            return Page(options.Value, returnUrl, SignInFault.Provider);
        }
    }

    private static Ok<PageToken> GiveToken(HttpContext http, IAntiforgery tokens) => TypedResults.Ok(new PageToken(ForgeryGuard.Header, tokens.GetAndStoreTokens(http).RequestToken!));

    private static async Task<IResult> LeaveAsync(HttpContext http, IOptions<CanoHttpOptions> options)
    {
        await http.SignOutAsync(SignInTicket.Scheme);
        return TypedResults.LocalRedirect(options.Value.NeedsAuthentication ? SignInPath : "/");
    }

    private static async Task<IFormCollection> ReadAsync(HttpRequest request, CancellationToken cancellationToken)
    {
        try
        {
            return request.HasFormContentType ? await request.ReadFormAsync(cancellationToken) : FormCollection.Empty;
        }
        catch (InvalidDataException exception)
        {
            throw new ApiException(StatusCodes.Status400BadRequest, "bad-request", exception.Message);
        }
    }

    private static RazorComponentResult<SignInPage> Page(CanoHttpOptions options, string? returnUrl, SignInFault fault) => new(new Dictionary<string, object?>
    {
        [nameof(SignInPage.Message)] = MessageOf(fault, options),
        [nameof(SignInPage.ReturnUrl)] = Local(returnUrl),
        [nameof(SignInPage.Provider)] = options.Jwt is { ClientId: not null } provider ? NameOf(provider) : null,
    })
    {
        StatusCode = fault switch
        {
            SignInFault.Unknown => StatusCodes.Status401Unauthorized,
            SignInFault.Role => StatusCodes.Status403Forbidden,
            _ => StatusCodes.Status200OK,
        },
    };

    private static string? MessageOf(SignInFault fault, CanoHttpOptions options) => fault switch
    {
        SignInFault.Unknown => "This key or token is not known, or not any more.",
        SignInFault.Empty => "Enter a key or token.",
        SignInFault.Role => "You are known, but have neither of the roles reader and operator. Ask whoever grants them.",
        SignInFault.Provider => $"Signing in with {(options.Jwt is { } provider ? NameOf(provider) : "the provider")} did not succeed. Try again; the log of the host says why.",
        _ => null,
    };

    private static string NameOf(JwtOptions provider) =>
        provider.Name ?? (Uri.TryCreate(provider.Authority, UriKind.Absolute, out Uri? authority) ? authority.Host : provider.Authority);

    /// <summary>Where to go on: on this host and nowhere else.</summary>
    private static string Local(string? url) => !string.IsNullOrEmpty(url) && url[0] == '/' && Ascii.IsValid(url) && RedirectHttpResult.IsLocalUrl(url) ? url : "/";
}

/// <summary>What a script must show with each request that changes something.</summary>
/// <param name="Header">The header.</param>
/// <param name="Token">Its value; holds for as long as the visitor stays who they are.</param>
internal sealed record PageToken(string Header, string Token);
