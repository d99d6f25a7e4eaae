using System.Diagnostics.CodeAnalysis;
using Interledger.Addresses;

namespace Codius.Client.Payments;

/// <summary>
/// Where a host wants to be paid: the <c>Pay</c> header of its 402,
/// <c>interledger-stream &lt;ILP address&gt; &lt;shared secret in base64&gt;</c>.
/// </summary>
public sealed record PayInstruction(IlpAddress Address, ReadOnlyMemory<byte> SharedSecret)
{
    private const string Method = "interledger-stream";
    private const int SecretLength = 32;

    /// <summary>What the host wants, if it takes that with the first packet of a payment.</summary>
    public AmountDue? Due { get; init; }

    public static bool TryRead(string? header, [NotNullWhen(true)] out PayInstruction? instruction)
    {
        instruction = null;
        var secret = new byte[SecretLength + 1];
        if (header?.Split(' ', StringSplitOptions.RemoveEmptyEntries) is not [Method, var address, var base64]
            || !IlpAddress.TryParse(address, out var destination)
            || !Convert.TryFromBase64String(base64, secret, out var length)
            || length != SecretLength)
            return false;
        instruction = new PayInstruction(destination, secret.AsMemory(0, SecretLength));
        return true;
    }

    /// <summary>Not the secret: it must not reach a log by accident.</summary>
    public override string ToString() => $"{Method} {Address}";
}
