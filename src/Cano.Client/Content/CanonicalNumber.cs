using System.Buffers;
using System.Buffers.Text;

namespace Cano;

/// <summary>A double as ECMAScript writes it (Number::toString), which is what RFC 8785 prescribes.</summary>
internal static class CanonicalNumber
{
    internal static void Write(double value, IBufferWriter<byte> output)
    {
        if (!double.IsFinite(value))
        {
            throw new ArgumentOutOfRangeException(nameof(value), value, "Only finite numbers have a canonical form.");
        }

        // Minus zero is written as zero.
        if (value == 0)
        {
            output.Write("0"u8);
            return;
        }

        // .NET writes the fewest digits that read back as the same double, which is ECMAScript's choice of digits too; only their layout
        // differs.
        Span<byte> text = stackalloc byte[32];
        Utf8Formatter.TryFormat(Math.Abs(value), text, out int written);
        Span<byte> digits = stackalloc byte[32];
        (int count, int point) = Split(text[..written], digits);

        if (value < 0)
        {
            output.Write("-"u8);
        }

        Layout(digits[..count], point, output);
    }

    /// <summary>Takes a decimal or scientific notation apart: the value is 0.DIGITS times ten to the power of Point.</summary>
    private static (int Count, int Point) Split(ReadOnlySpan<byte> text, Span<byte> digits)
    {
        int exponent = 0;
        if (text.IndexOf((byte)'E') is >= 0 and var e)
        {
            _ = Utf8Parser.TryParse(text[(e + 1)..], out exponent, out _);
            text = text[..e];
        }

        int count = 0;
        int? point = null;
        int leadingZeros = 0;
        foreach (byte c in text)
        {
            if (c == '.')
            {
                point = count + leadingZeros;
            }
            else if (count == 0 && c == '0')
            {
                leadingZeros++;
            }
            else
            {
                digits[count++] = c;
            }
        }

        int end = (point ?? count + leadingZeros) - leadingZeros + exponent;
        while (digits[count - 1] == '0')
        {
            count--;
        }

        return (count, end);
    }

    private static void Layout(ReadOnlySpan<byte> digits, int point, IBufferWriter<byte> output)
    {
        switch (point)
        {
            case > 21 or <= -6:
                output.Write(digits[..1]);
                if (digits.Length > 1)
                {
                    output.Write("."u8);
                    output.Write(digits[1..]);
                }

                output.Write(point > 0 ? "e+"u8 : "e-"u8);
                Span<byte> exponent = stackalloc byte[8];
                Utf8Formatter.TryFormat(Math.Abs(point - 1), exponent, out int written);
                output.Write(exponent[..written]);
                break;
            case <= 0:
                output.Write("0."u8);
                output.Write("000000"u8[..-point]);
                output.Write(digits);
                break;
            default:
                if (digits.Length <= point)
                {
                    output.Write(digits);
                    output.Write("000000000000000000000"u8[..(point - digits.Length)]);
                }
                else
                {
                    output.Write(digits[..point]);
                    output.Write("."u8);
                    output.Write(digits[point..]);
                }

                break;
        }
    }
}
