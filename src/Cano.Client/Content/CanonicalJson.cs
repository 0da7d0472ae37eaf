using System.Buffers;
using System.Text;
using System.Text.Json;

namespace Cano;

/// <summary>How numbers are written in canonical JSON.</summary>
internal enum NumberForm
{
    /// <summary>As RFC 8785 says: what a double holds of them.</summary>
    Double = 0,

    /// <summary>The same where a double holds all of it; otherwise with all digits (<see cref="ExactNumber"/>).</summary>
    Exact = 1,
}

/// <summary>
/// RFC 8785 (JSON Canonicalization Scheme): one text for all texts of the same JSON value. With <see cref="NumberForm.Exact"/>, numbers
/// with
/// different digits are different values.
/// </summary>
internal static class CanonicalJson
{
    /// <summary>
    /// No number type of .NET writes as many characters; it bounds how much longer a text can be than its canonical form.
    /// </summary>
    internal const int MaxNumberLength = 64;

    private static readonly SearchValues<char> s_escaped =
        SearchValues.Create([.. Enumerable.Range(0, 0x20).Select(c => (char)c), '"', '\\']);

    private static readonly UTF8Encoding s_utf8 = new(encoderShouldEmitUTF8Identifier: false, throwOnInvalidBytes: true);

    /// <summary>Writes the canonical form of a JSON text.</summary>
    /// <returns>True: it is the same with the other form of numbers.</returns>
    /// <exception cref="JsonException">It is no JSON, or has no canonical form: a name twice in one object, a number beyond a double, half
    /// a surrogate pair.</exception>
    internal static bool Write(ReadOnlyMemory<byte> json, NumberForm numbers, IBufferWriter<byte> output)
    {
        using JsonDocument document = JsonDocument.Parse(json);
        return Write(document.RootElement, numbers, output);
    }

    /// <summary>As the other one.</summary>
    internal static bool Write(JsonElement value, NumberForm numbers, IBufferWriter<byte> output)
    {
        switch (value.ValueKind)
        {
            case JsonValueKind.Object:
                return WriteObject(value, numbers, output);
            case JsonValueKind.Array:
                return WriteArray(value, numbers, output);
            case JsonValueKind.Number:
                return WriteNumber(value, numbers, output);
            case JsonValueKind.String:
                WriteString(Text(value), output);
                return true;
            case JsonValueKind.True:
                output.Write("true"u8);
                return true;
            case JsonValueKind.False:
                output.Write("false"u8);
                return true;
            default:
                output.Write("null"u8);
                return true;
        }
    }

    internal static void WriteString(ReadOnlySpan<char> value, IBufferWriter<byte> output)
    {
        output.Write("\""u8);
        while (value.IndexOfAny(s_escaped) is >= 0 and var at)
        {
            WriteUtf8(value[..at], output);
            WriteEscape(value[at], output);
            value = value[(at + 1)..];
        }

        WriteUtf8(value, output);
        output.Write("\""u8);
    }

    private static bool WriteObject(JsonElement value, NumberForm numbers, IBufferWriter<byte> output)
    {
        List<(string Name, JsonElement Value)> members = [];
        foreach (JsonProperty member in value.EnumerateObject())
        {
            members.Add((Name(member), member.Value));
        }

        // Ordinal order is the order of UTF-16 code units that the RFC asks for.
        members.Sort(static (a, b) => string.CompareOrdinal(a.Name, b.Name));
        output.Write("{"u8);
        bool same = true;
        for (int i = 0; i < members.Count; i++)
        {
            if (i > 0)
            {
                if (members[i].Name == members[i - 1].Name)
                {
                    throw new JsonException($"An object has the name '{members[i].Name}' twice.");
                }

                output.Write(","u8);
            }

            WriteString(members[i].Name, output);
            output.Write(":"u8);
            same &= Write(members[i].Value, numbers, output);
        }

        output.Write("}"u8);
        return same;
    }

    private static bool WriteArray(JsonElement value, NumberForm numbers, IBufferWriter<byte> output)
    {
        output.Write("["u8);
        bool first = true;
        bool same = true;
        foreach (JsonElement item in value.EnumerateArray())
        {
            if (!first)
            {
                output.Write(","u8);
            }

            first = false;
            same &= Write(item, numbers, output);
        }

        output.Write("]"u8);
        return same;
    }

    private static bool WriteNumber(JsonElement value, NumberForm numbers, IBufferWriter<byte> output)
    {
        string literal = value.GetRawText();
        if (literal.Length > MaxNumberLength)
        {
            throw new JsonException($"A number of {literal.Length} characters is too long; send it as a string.");
        }

        double number = value.GetDouble();
        if (!double.IsFinite(number))
        {
            throw new JsonException($"The number {literal} is beyond what a double can hold; send it as a string.");
        }

        if (IsSmallWhole(literal))
        {
            WriteUtf8(literal, output);
            return true;
        }

        ArrayBufferWriter<byte> canonical = new(32);
        CanonicalNumber.Write(number, canonical);
        bool same = Ascii.Equals(canonical.WrittenSpan, literal) || HasAllDigits(canonical.WrittenSpan, literal);
        if (same || numbers is NumberForm.Double)
        {
            output.Write(canonical.WrittenSpan);
        }
        else
        {
            WriteUtf8(ExactNumber.Parse(literal)?.ToString() ?? literal, output);
        }

        return same;
    }

    private static bool HasAllDigits(ReadOnlySpan<byte> canonical, string literal) =>
        ExactNumber.Parse(literal) is { } exact && exact == ExactNumber.Parse(Encoding.ASCII.GetString(canonical));

    /// <summary>Whether it is its own canonical form, as most numbers are: up to 15 digits and nothing else.</summary>
    private static bool IsSmallWhole(string literal) => literal.Length <= 15 && !literal.AsSpan().ContainsAnyExceptInRange('0', '9');

    private static void WriteEscape(char c, IBufferWriter<byte> output)
    {
        ReadOnlySpan<byte> escape = c switch
        {
            '"' => "\\\""u8,
            '\\' => "\\\\"u8,
            '\b' => "\\b"u8,
            '\f' => "\\f"u8,
            '\n' => "\\n"u8,
            '\r' => "\\r"u8,
            '\t' => "\\t"u8,
            >= '\u0010' => "\\u001"u8,
            _ => "\\u000"u8,
        };
        output.Write(escape);
        if (escape.Length > 2)
        {
            output.Write("0123456789abcdef"u8.Slice(c & 0xF, 1));
        }
    }

    private static void WriteUtf8(ReadOnlySpan<char> value, IBufferWriter<byte> output)
    {
        if (value.IsEmpty)
        {
            return;
        }

        try
        {
            Span<byte> span = output.GetSpan(s_utf8.GetByteCount(value));
            output.Advance(s_utf8.GetBytes(value, span));
        }
        catch (EncoderFallbackException exception)
        {
            throw new JsonException("A string has half a surrogate pair.", exception);
        }
    }

    private static string Text(JsonElement value)
    {
        try
        {
            return value.GetString()!;
        }
        catch (InvalidOperationException exception)
        {
            throw new JsonException("A string is no valid UTF-8, or has half a surrogate pair.", exception);
        }
    }

    private static string Name(JsonProperty member)
    {
        try
        {
            return member.Name;
        }
        catch (InvalidOperationException exception)
        {
            throw new JsonException("A name is no valid UTF-8, or has half a surrogate pair.", exception);
        }
    }
}
