using System.Diagnostics.CodeAnalysis;
using System.Security.Cryptography;
using Interledger.Links;

namespace Interledger.Btp;

/// <summary>
/// Who a client of a BTP server says that it is (RFC 0023, section "Authentication"). Its text form leaves out the
/// token.
/// </summary>
/// <param name="Username">Often empty; then the token alone names the account.</param>
/// <param name="Token">The secret.</param>
public sealed record BtpCredentials(string Username, ReadOnlyMemory<byte> Token)
{
    /// <summary>Compares the token with a secret in a time that does not depend on where they differ.</summary>
    public bool HasToken(ReadOnlySpan<byte> secret) =>
        CryptographicOperations.FixedTimeEquals(SHA256.HashData(Token.Span), SHA256.HashData(secret));

    /// <inheritdoc/>
    public override string ToString() => $"user '{PeerText.OneLine(Username)}'";

    /// <summary>
    /// Reads the first message of a client: its first sub-protocol is <c>auth</c>, and there is an <c>auth_token</c>.
    /// </summary>
    public static bool TryRead(BtpPacket packet, [NotNullWhen(true)] out BtpCredentials? credentials)
    {
        credentials = null;
        var entries = packet.GetEnumerator();
        if (packet.Type != BtpPacketType.Message || !entries.MoveNext()
            || !entries.Current.Name.Span.SequenceEqual("auth"u8)
            || !packet.TryGet("auth_token"u8, out var token) || token.Data.IsEmpty)
            return false;
        var username = packet.TryGet("auth_username"u8, out var name)
            ? System.Text.Encoding.UTF8.GetString(name.Data.Span)
            : "";
        credentials = new BtpCredentials(username, token.Data);
        return true;
    }
}
