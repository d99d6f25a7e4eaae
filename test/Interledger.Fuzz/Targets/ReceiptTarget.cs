using Interledger.Receipts;

namespace Interledger.Fuzz.Targets;

/// <summary>What a verifier does with a receipt from anybody.</summary>
internal static class ReceiptTarget
{
    private static readonly ReceiptVerifier Verifier = new(new byte[ReceiptVerifier.SeedLength]);

    public static FuzzTarget Create() => new(
        "receipt",
        [.. new ulong[] { 0, 1, ulong.MaxValue }.Select((received, stream) =>
        {
            var receipt = new byte[StreamReceipt.Length];
            StreamReceipt.Write(Verifier.CreateSetup(), (byte)stream, received, receipt);
            return receipt;
        })],
        Read);

    private static void Read(ReadOnlyMemory<byte> input)
    {
        if (StreamReceipt.TryRead(input.Span, out var receipt))
            receipt.IsSignedWith(new byte[ReceiptSetup.SecretLength]);
        if (Verifier.TryVerify(input.Span, out var verified)
            && !verified.IsSignedWith(Verifier.SetupOf(verified.Nonce).Secret.Span))
            throw new InvalidOperationException("what is verified was not signed");
    }
}
