using System.Buffers.Text;
using System.Security.Cryptography;
using System.Text;

namespace Cano;

/// <summary><c>key</c>: makes a key of the HTTP API. It is shown once and kept nowhere.</summary>
internal static class KeyCommand
{
    internal static int Run(TextWriter output)
    {
        string key = Base64Url.EncodeToString(RandomNumberGenerator.GetBytes(32));
        output.WriteLine($"key:  {key}");
        output.WriteLine($"hash: {Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(key)))}");
        return ExitCodes.Done;
    }
}
