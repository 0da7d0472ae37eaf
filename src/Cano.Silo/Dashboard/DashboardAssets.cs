using System.Collections.Concurrent;
using System.Security.Cryptography;
using Microsoft.AspNetCore.ResponseCompression;
using Microsoft.Extensions.FileProviders;

namespace Cano;

/// <summary>The page's own files. They are part of the assembly, so that they are there however the host is deployed.</summary>
internal static class DashboardAssets
{
    internal const string Path = "/assets";

    private const string Forever = "public, max-age=31536000, immutable";

    private static readonly EmbeddedFileProvider s_files = new(typeof(DashboardAssets).Assembly, "Cano.Dashboard.Assets");

    private static readonly ConcurrentDictionary<string, string> s_urls = new(StringComparer.Ordinal);

    /// <summary>Where a file is found, in this version of it.</summary>
    internal static string Url(string name) => s_urls.GetOrAdd(name, static name =>
    {
        using Stream file = s_files.GetFileInfo(name).CreateReadStream();
        return $"{Path}/{name}?v={Convert.ToHexStringLower(SHA256.HashData(file).AsSpan(0, 8))}";
    });

    internal static void AddDashboardAssets(this IServiceCollection services) => services.AddResponseCompression(compression =>
    {
        // Nothing in these files is secret, and only these are compressed.
        compression.EnableForHttps = true;
        compression.MimeTypes = [.. ResponseCompressionDefaults.MimeTypes, "image/svg+xml"];
    });

    internal static void UseDashboardAssets(this WebApplication web) => web.UseWhen(http => http.Request.Path.StartsWithSegments(Path), assets =>
    {
        assets.UseResponseCompression();
        assets.UseStaticFiles(new StaticFileOptions { FileProvider = s_files, RequestPath = Path });
    });

    /// <summary>
    /// How long an answer may be kept by who asked: a file asked for in its version, for ever; everything else not at all.
    /// </summary>
    internal static string CacheControl(HttpRequest request, int status) =>
        status == StatusCodes.Status200OK && request.Path.StartsWithSegments(Path) && request.Query.ContainsKey("v") ? Forever : "no-store";
}
