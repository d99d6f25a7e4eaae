using Interledger.Addresses;

namespace Interledger.Stream;

/// <summary>What a client needs to connect: where, and the secret both sides share.</summary>
/// <param name="Address">The receiver's address for this connection.</param>
/// <param name="SharedSecret">32 bytes.</param>
public sealed record StreamCredentials(IlpAddress Address, ReadOnlyMemory<byte> SharedSecret)
{
    /// <inheritdoc/>
    public override string ToString() => Address.Value;
}
