using Interledger.Receipts;
using Shouldly;

namespace Interledger.Tests.Receipts;

/// <summary>What a verifier does with bytes from anybody.</summary>
internal static class ReceiptFuzz
{
    private static readonly ReceiptVerifier Verifier = new(new byte[ReceiptVerifier.SeedLength]);

    public static void Run(ReadOnlySpan<byte> bytes)
    {
        if (StreamReceipt.TryRead(bytes, out var receipt))
        {
            (receipt.Nonce.Length + receipt.StreamId).ShouldBeGreaterThan(0);
            receipt.IsSignedWith(new byte[ReceiptSetup.SecretLength]);
        }

        if (Verifier.TryVerify(bytes, out var verified))
            verified.IsSignedWith(Verifier.SetupOf(verified.Nonce).Secret.Span).ShouldBeTrue();
    }
}
