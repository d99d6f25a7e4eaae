using System.Security.Cryptography;
using System.Text;

namespace Codius.Host.Payments;

/// <summary>
/// What makes two requests the same: method, what is bought, and the body to the byte. A Pay-Token pays for one of them
/// and for no other.
/// </summary>
internal static class RequestDigest
{
    public static string Of(string method, string subject, ReadOnlySpan<byte> body)
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        hash.AppendData(Encoding.UTF8.GetBytes($"{method}\n{subject}\n"));
        hash.AppendData(body);
        return Convert.ToHexStringLower(hash.GetHashAndReset());
    }
}
