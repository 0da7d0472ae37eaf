using System.ComponentModel.DataAnnotations;
using System.Globalization;
using System.Reflection;
using Microsoft.Extensions.Options;

namespace Cano;

/// <summary>Checks the ranges that <see cref="CanoOptions"/> states on its properties and names all faults together.</summary>
internal sealed class CanoOptionsValidator : IValidateOptions<CanoOptions>
{
    public ValidateOptionsResult Validate(string? name, CanoOptions options)
    {
        string[] faults = [.. typeof(CanoOptions).GetProperties().Select(property => Fault(property, property.GetValue(options))).OfType<string>()];
        return faults.Length == 0 ? ValidateOptionsResult.Success : ValidateOptionsResult.Fail(faults);
    }

    // Limits are read only after IsValid, which turns those of a TimeSpan from text into values.
    private static string? Fault(PropertyInfo property, object? value) =>
        property.GetCustomAttribute<RangeAttribute>() is { } range && !range.IsValid(value)
            ? $"{nameof(CanoOptions)}.{property.Name} was {Shown(value)}; it must be between {Shown(range.Minimum)} and {Shown(range.Maximum)}."
            : null;

    private static string Shown(object? value) => value switch
    {
        int number => number.ToString("N0", CultureInfo.InvariantCulture),
        IFormattable other => other.ToString(null, CultureInfo.InvariantCulture),
        _ => value?.ToString() ?? "null",
    };
}
