using System.Text.Json;

namespace Cano;

/// <summary>How users' values (params, outputs, store values) are written as JSON.</summary>
/// <remarks>
/// There is one way for each process, shared by all its silos and clients. Params are read strictly in addition: unknown members, missing
/// ones without a default, null where the type says not null and names that differ only in case are refused.
/// </remarks>
public static class CanoJson
{
    /// <summary>
    /// System.Text.Json's web defaults (camelCase, case-insensitive reading, numbers from strings) with enums as strings, public fields,
    /// the type discriminator in any place, and what <see cref="Configure"/> added. Read-only; another object after each extension.
    /// </summary>
    public static JsonSerializerOptions Values => ValueFormat.Current.Options;

    /// <summary>
    /// Extends how values are written and read, for example by a converter. Call it once at the start of every program that handles the
    /// values: silos (<c>cano.ConfigureJson</c> does the same there) and clients, all with the same extension. The same delegate a second
    /// time changes nothing. Values that are there already stay as they were written.
    /// </summary>
    /// <param name="configure">Changes the options. It may be called several times, and must do the same each time.</param>
    public static void Configure(Action<JsonSerializerOptions> configure)
    {
        ArgumentNullException.ThrowIfNull(configure);
        ValueFormat.Extend(configure);
    }
}
