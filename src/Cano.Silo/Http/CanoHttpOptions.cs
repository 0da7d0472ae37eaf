using System.ComponentModel.DataAnnotations;

namespace Cano;

/// <summary>The limits of the HTTP API and who may use it: the section <c>Cano:Http</c> of the settings.</summary>
internal sealed class CanoHttpOptions
{
    internal const string Section = "Cano:Http";

    /// <summary>
    /// Whether anybody who reaches the host may read, start and cancel. Without it a host that is bound to more than loopback needs keys or
    /// tokens.
    /// </summary>
    /// <value>Default: false.</value>
    public bool AllowAnonymous { get; set; }

    /// <summary>The keys that may be used, by their hashes.</summary>
    public List<ApiKeyOptions> ApiKeys { get; set; } = [];

    /// <summary>Tokens of an OpenID Connect provider; null: none are taken.</summary>
    public JwtOptions? Jwt { get; set; }

    /// <summary>The largest JSON body, in bytes; it is held in memory while it is read.</summary>
    /// <value>From 1,024 to 1,073,741,824; default: 67,108,864 (64 MiB).</value>
    [Range(1024, 1 << 30)]
    public long MaxRequestBytes { get; set; } = 64 * 1024 * 1024;

    /// <summary>The largest body that is sent line by line, in bytes; it is kept in a temporary file.</summary>
    /// <value>From 1,024 to 1 TiB; default: 8,589,934,592 (8 GiB).</value>
    [Range(1024, 1L << 40)]
    public long MaxStreamBytes { get; set; } = 8L * 1024 * 1024 * 1024;

    /// <summary>The most items that a page may have.</summary>
    /// <value>From 1 to 10,000; default: 1,000.</value>
    [Range(1, 10_000)]
    public int MaxPageSize { get; set; } = 1_000;

    /// <summary>
    /// How many requests a second one caller (a key, a token's subject, or else an address) may make on average; twice as many in a burst.
    /// </summary>
    /// <value>From 1 to 1,000,000; default: 1,000.</value>
    [Range(1, 1_000_000)]
    public int RequestsPerSecond { get; set; } = 1_000;

    /// <summary>How many starts of one caller are taken in at once; others wait their turn, up to 100 of them.</summary>
    /// <value>From 1 to 1,000; default: 8.</value>
    [Range(1, 1_000)]
    public int StartsAtOnce { get; set; } = 8;

    /// <summary>How many batches one caller may follow, or have all results streamed of, at once.</summary>
    /// <value>From 1 to 100,000; default: 1,000.</value>
    [Range(1, 100_000)]
    public int StreamsAtOnce { get; set; } = 1_000;

    /// <summary>
    /// How long someone who has signed in on the page stays so without asking for anything; with a provider or a token, from the sign-in
    /// on, and never longer than the token holds.
    /// </summary>
    /// <value>From 1 minute to 30 days; default: 8 hours.</value>
    [Range(typeof(TimeSpan), "00:01:00", "30.00:00:00", ParseLimitsInInvariantCulture = true)]
    public TimeSpan SignInLifetime { get; set; } = TimeSpan.FromHours(8);

    /// <summary>
    /// How long a host that was told to stop works on, HTTP too, while it says that it is not ready: load balancers learn of it before it
    /// refuses anything. What stops the process must allow that much more.
    /// </summary>
    /// <value>From 0 to 10 minutes; default: 0.</value>
    [Range(typeof(TimeSpan), "00:00:00", "00:10:00", ParseLimitsInInvariantCulture = true)]
    public TimeSpan ShutdownDelay { get; set; }

    /// <summary>
    /// Whether Orleans' own pages of silos and grains are at <c>/orleans</c>. They cost each call of a grain something; silos of one
    /// cluster have them all, or none.
    /// </summary>
    /// <value>Default: false.</value>
    public bool OrleansDashboard { get; set; }

    /// <summary>True when callers must say who they are.</summary>
    internal bool NeedsAuthentication => ApiKeys.Count > 0 || Jwt is not null;
}

/// <summary>A key that may be used.</summary>
internal sealed class ApiKeyOptions
{
    /// <summary>Whose it is, for logs and limits.</summary>
    [Required]
    [StringLength(100, MinimumLength = 1)]
    public string Name { get; set; } = "";

    /// <summary>
    /// SHA-256 of the key's UTF-8, in hex. Keys are long and random, so that nothing slower is needed; <c>key</c> of the command line makes
    /// one.
    /// </summary>
    [Required]
    [RegularExpression("[0-9A-Fa-f]{64}", ErrorMessage = "Hash must be 64 hex digits: the SHA-256 of the key.")]
    public string Hash { get; set; } = "";

    /// <summary><c>reader</c> or <c>operator</c>.</summary>
    [Required]
    [RegularExpression("reader|operator", ErrorMessage = "Role must be reader or operator.")]
    public string Role { get; set; } = Roles.Reader;
}

/// <summary>Whose tokens are taken.</summary>
internal sealed class JwtOptions
{
    /// <summary>The provider's address, where its keys are found.</summary>
    [Required]
    public string Authority { get; set; } = "";

    /// <summary>What a token's <c>aud</c> must be.</summary>
    [Required]
    public string Audience { get; set; } = "";

    /// <summary>The claim that holds the role (<c>reader</c> or <c>operator</c>), or several.</summary>
    /// <value>Default: <c>roles</c>.</value>
    public string RoleClaim { get; set; } = "roles";

    /// <summary>
    /// Under which name the provider knows this host, for people who sign in with it on the page (code flow with PKCE); null: they can't,
    /// and only tokens are taken.
    /// </summary>
    /// <value>Null.</value>
    public string? ClientId { get; set; }

    /// <summary>What the host shows the provider besides; null for a client that has none.</summary>
    /// <value>Null.</value>
    public string? ClientSecret { get; set; }

    /// <summary>What the provider is asked to tell, separated by blanks.</summary>
    /// <value>Default: <c>openid profile</c>.</value>
    public string Scope { get; set; } = "openid profile";

    /// <summary>What people call the provider; null: by the name of its machine.</summary>
    /// <value>Null.</value>
    public string? Name { get; set; }
}

/// <summary>What callers may do.</summary>
internal static class Roles
{
    /// <summary>Read everything.</summary>
    internal const string Reader = "reader";

    /// <summary>Start, cancel and purge as well.</summary>
    internal const string Operator = "operator";
}
