using Cano.CrashHost;
using Cano.Tests.Http;
using Cano.Tests.Storage;

namespace Cano.Tests.Dashboard;

/// <summary>
/// A host with instances that run until a test lets them end: what a page shows of a batch that runs can be looked at for as long as the page
/// takes to open, on a busy machine, too.
/// </summary>
public sealed class HeldApi : IAsyncLifetime
{
    private readonly TemporaryFolder _folder = new();

    internal ApiProcess Process { get; } = new() { Program = "Cano.CrashHost", Environment = [(CatalogWatch.QuietVariable, "1")] };

    public ValueTask InitializeAsync() => Process.InitializeAsync();

    public async ValueTask DisposeAsync()
    {
        await Process.DisposeAsync();
        _folder.Dispose();
    }

    /// <summary>An instance that completes soon after <see cref="LetEnd"/>.</summary>
    internal object Instance(string id, string until) => new
    {
        id,
        workflow = Trail.Key.Name,
        @params = new { steps = int.MaxValue, delayMs = 50, untilFile = _folder.At(until) },
    };

    internal void LetEnd(string until) => _folder.Write(until, "");
}
