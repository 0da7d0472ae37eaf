using System.Security.Cryptography;
using System.Text;

namespace Cano.Tests.Http;

/// <summary>A host that takes keys.</summary>
public sealed class KeyedApi : IAsyncLifetime
{
    internal const string Reader = "reader-key-0123456789abcdef";
    internal const string Operator = "operator-key-0123456789abcdef";
    internal const string Second = "second-operator-0123456789abcdef";

    /// <summary>What a person might think of; a form must not lose any of it.</summary>
    internal const string Odd = "pä$$ +&=%26;\"'<b>?#/\\ → 🗝 x";

    internal static readonly string[] Settings =
    [
        "Cano:Http:OrleansDashboard=true",
        .. Key(0, "reader", Reader, "reader"),
        .. Key(1, "operator", Operator, "operator"),
        .. Key(2, "second", Second, "operator"),
        .. Key(3, "odd <b>&amp; \"name\"", Odd, "reader"),
    ];

    internal ApiProcess Process { get; } = new(Settings);

    public ValueTask InitializeAsync() => Process.InitializeAsync();

    public ValueTask DisposeAsync() => Process.DisposeAsync();

    internal static string HashOf(string key) => Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(key)));

    internal static string[] Key(int index, string name, string key, string role) =>
        [$"Cano:Http:ApiKeys:{index}:Name={name}", $"Cano:Http:ApiKeys:{index}:Hash={HashOf(key)}", $"Cano:Http:ApiKeys:{index}:Role={role}"];
}
