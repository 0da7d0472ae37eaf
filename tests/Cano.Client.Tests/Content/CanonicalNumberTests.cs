using System.Buffers;
using System.Globalization;
using System.Text;
using CsCheck;

namespace Cano.Content;

public class CanonicalNumberTests
{
    /// <summary>RFC 8785, appendix B: the bits of a double and its text.</summary>
    [Theory]
    [InlineData(0x0000000000000000, "0")]
    [InlineData(0x8000000000000000, "0")]
    [InlineData(0x0000000000000001, "5e-324")]
    [InlineData(0x8000000000000001, "-5e-324")]
    [InlineData(0x7fefffffffffffff, "1.7976931348623157e+308")]
    [InlineData(0xffefffffffffffff, "-1.7976931348623157e+308")]
    [InlineData(0x4340000000000000, "9007199254740992")]
    [InlineData(0xc340000000000000, "-9007199254740992")]
    [InlineData(0x4430000000000000, "295147905179352830000")]
    [InlineData(0x44b52d02c7e14af5, "9.999999999999997e+22")]
    [InlineData(0x44b52d02c7e14af6, "1e+23")]
    [InlineData(0x44b52d02c7e14af7, "1.0000000000000001e+23")]
    [InlineData(0x444b1ae4d6e2ef4e, "999999999999999700000")]
    [InlineData(0x444b1ae4d6e2ef4f, "999999999999999900000")]
    [InlineData(0x444b1ae4d6e2ef50, "1e+21")]
    [InlineData(0x3eb0c6f7a0b5ed8c, "9.999999999999997e-7")]
    [InlineData(0x3eb0c6f7a0b5ed8d, "0.000001")]
    [InlineData(0x41b3de4355555553, "333333333.3333332")]
    [InlineData(0x41b3de4355555554, "333333333.33333325")]
    [InlineData(0x41b3de4355555555, "333333333.3333333")]
    [InlineData(0x41b3de4355555556, "333333333.3333334")]
    [InlineData(0x41b3de4355555557, "333333333.33333343")]
    [InlineData(0xbecbf647612f3696, "-0.0000033333333333333333")]
    [InlineData(0x43143ff3c1cb0959, "1424953923781206.2")]
    public void Write_VectorOfTheRfc_IsItsText(ulong bits, string text) => Assert.Equal(text, Written(BitConverter.UInt64BitsToDouble(bits)));

    [Theory]
    [InlineData(1, "1")]
    [InlineData(10, "10")]
    [InlineData(-100, "-100")]
    [InlineData(4.5, "4.5")]
    [InlineData(2e-3, "0.002")]
    [InlineData(1e-6, "0.000001")]
    [InlineData(1e-7, "1e-7")]
    [InlineData(1.25e-7, "1.25e-7")]
    [InlineData(1e-27, "1e-27")]
    [InlineData(1e20, "100000000000000000000")]
    [InlineData(1.5e20, "150000000000000000000")]
    [InlineData(1e21, "1e+21")]
    [InlineData(1.5e300, "1.5e+300")]
    [InlineData(123456.789, "123456.789")]
    public void Write_Number_IsWhatEcmaScriptWrites(double value, string text) => Assert.Equal(text, Written(value));

    [Theory]
    [InlineData(double.NaN)]
    [InlineData(double.PositiveInfinity)]
    [InlineData(double.NegativeInfinity)]
    public void Write_NotFinite_IsRefused(double value) => Assert.Throws<ArgumentOutOfRangeException>(() => Written(value));

    [Fact]
    public void Write_AnyDouble_ReadsBackAsTheSame() =>
        Gen.ULong.Select(BitConverter.UInt64BitsToDouble).Where(double.IsFinite).Sample(
            value => double.Parse(Written(value), NumberStyles.Float, CultureInfo.InvariantCulture).Equals(value == 0 ? 0.0 : value), iter: 10_000);

    private static string Written(double value)
    {
        ArrayBufferWriter<byte> output = new();
        CanonicalNumber.Write(value, output);
        return Encoding.UTF8.GetString(output.WrittenSpan);
    }
}
