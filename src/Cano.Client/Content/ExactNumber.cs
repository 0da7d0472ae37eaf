using System.Globalization;

namespace Cano;

/// <summary>
/// A number with all its digits: those that a double can't hold, and the zeros at the end of a fraction, which a decimal keeps.
/// Two literals are equal when no reader could tell them apart but by their layout: <c>1E2</c> and <c>100</c>, but not <c>1.0</c> and
/// <c>1.00</c>.
/// </summary>
/// <param name="IsNegative">Whether it has a minus; zero may.</param>
/// <param name="Digits">Without zeros at either end; empty: zero.</param>
/// <param name="Exponent">The power of ten that the digits, as a whole number, are multiplied with; 0 for zero.</param>
/// <param name="Scale">How many digits it has after the point when it is written without an exponent.</param>
internal readonly record struct ExactNumber(bool IsNegative, string Digits, int Exponent, int Scale)
{
    /// <summary>No number that .NET holds has a larger exponent; it keeps sums of exponents within an int.</summary>
    private const int MaxExponent = 1_000_000;

    /// <summary>Reads the literal of a JSON number.</summary>
    /// <returns>The number; null when its exponent is beyond what any number type holds.</returns>
    internal static ExactNumber? Parse(ReadOnlySpan<char> literal)
    {
        bool negative = literal[0] == '-';
        ReadOnlySpan<char> mantissa = literal[(negative ? 1 : 0)..];
        int exponent = 0;
        if (mantissa.IndexOfAny('e', 'E') is >= 0 and var e)
        {
            if (!int.TryParse(mantissa[(e + 1)..], NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out exponent)
                || Math.Abs((long)exponent) > MaxExponent)
            {
                return null;
            }

            mantissa = mantissa[..e];
        }

        int point = mantissa.IndexOf('.');
        string digits = point < 0 ? mantissa.ToString() : string.Concat(mantissa[..point], mantissa[(point + 1)..]);
        exponent -= point < 0 ? 0 : mantissa.Length - point - 1;
        int scale = Math.Max(0, -exponent);
        string significant = digits.Trim('0');
        return significant.Length == 0
            ? new(negative, "", 0, scale)
            : new(negative, significant, exponent + digits.Length - digits.TrimEnd('0').Length, scale);
    }

    /// <summary>
    /// The shorter of two forms: without an exponent, and as a whole number with one. The same for equal numbers, different for others.
    /// </summary>
    public override string ToString()
    {
        int zeros = Digits.Length == 0 ? 0 : Exponent + Scale;
        string sign = IsNegative ? "-" : "";
        string shifted = Scale == 0 && zeros > 0
            ? string.Create(CultureInfo.InvariantCulture, $"{Digits}e{zeros}")
            : string.Create(CultureInfo.InvariantCulture, $"{Whole(zeros)}{(Scale == 0 ? "" : $"e-{Scale}")}");
        int plainLength = Math.Max(Digits.Length + zeros, Scale + 1) + (Scale == 0 ? 0 : 1);
        return sign + (plainLength <= shifted.Length ? Plain(zeros) : shifted);
    }

    private string Whole(int zeros) => Digits.Length == 0 ? "0" : Digits + new string('0', zeros);

    private string Plain(int zeros)
    {
        string whole = Whole(zeros).PadLeft(Scale + 1, '0');
        return Scale == 0 ? whole : $"{whole[..^Scale]}.{whole[^Scale..]}";
    }
}
