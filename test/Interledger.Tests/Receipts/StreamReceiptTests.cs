using System.Text.Json.Nodes;
using Interledger.Receipts;
using Interledger.Tests.Fixtures;
using Shouldly;
using Xunit;

namespace Interledger.Tests.Receipts;

public sealed class StreamReceiptTests
{
    // Made by receipt-verifier's own functions: seed, nonce, the secret that follows, receipts (stream, total, bytes).
    private const string Seed = "35eb8fc05bec5f0a69fb51f304b0f399f1d9016e50adfdc347635610fc199898";
    private const string Nonce = "000102030405060708090a0b0c0d0e0f";
    private const string Secret = "a09d8963225a57e481f5c4055d83b10f0326c440d63072741e0458b307c0e7cb";

    public static TheoryData<int> Indices =>
        [.. Enumerable.Range(0, Vectors.All["receipts"]!.AsArray().Count)];

    [Theory]
    [MemberData(nameof(Indices))]
    public void A_receipt_of_the_original_is_read_and_written(int index)
    {
        var vector = Vectors.All["receipts"]![index]!;
        var setup = new ReceiptSetup(vector.Hex("nonce"), vector.Hex("secret"));
        var written = new byte[StreamReceipt.Length];
        StreamReceipt.Write(setup, (byte)vector.Number("streamId"), vector.Number("totalReceived"), written);
        written.ShouldBe(vector.Hex("receipt"));
        StreamReceipt.TryRead(vector.Hex("receipt"), out var receipt).ShouldBeTrue();
        receipt.Nonce.ToArray().ShouldBe(vector.Hex("nonce"));
        ((ulong)receipt.StreamId).ShouldBe(vector.Number("streamId"));
        receipt.TotalReceived.ShouldBe(vector.Number("totalReceived"));
        receipt.IsSignedWith(vector.Hex("secret")).ShouldBeTrue();
    }

    [Theory]
    [InlineData(1, 10UL, "AQABAgMEBQYHCAkKCwwNDg8BAAAAAAAAAAqEbivuCkYoGKP9e0aPsfDNZo6tOYnpPft2WePa72xzOQ==")]
    [InlineData(1, 25UL, "AQABAgMEBQYHCAkKCwwNDg8BAAAAAAAAABntOyTYFZG7mxVhpBS0pnupopgpIVY8eQH2Rm/5YyP1Eg==")]
    [InlineData(2, 7UL, "AQABAgMEBQYHCAkKCwwNDg8CAAAAAAAAAAf0xMnWYjd55DN9AmEy+r4dthHlV6lv/N84aKtzwfTH8g==")]
    [InlineData(
        255, ulong.MaxValue, "AQABAgMEBQYHCAkKCwwNDg/////////////j8cssER4fb3cC23S0ewtLe+NPwjL7PXsY0LBWTjZ3uw==")]
    public void The_seed_of_the_original_verifier_gives_the_same_secrets(byte stream, ulong total, string base64)
    {
        var verifier = new ReceiptVerifier(Convert.FromHexString(Seed));
        Convert.ToHexStringLower(verifier.SetupOf(Convert.FromHexString(Nonce)).Secret.Span).ShouldBe(Secret);
        verifier.TryVerify(Convert.FromBase64String(base64), out var receipt).ShouldBeTrue();
        (receipt.StreamId, receipt.TotalReceived).ShouldBe((stream, total));
    }

    [Fact]
    public void Any_changed_bit_is_noticed()
    {
        var verifier = new ReceiptVerifier(new byte[32]);
        var bytes = new byte[StreamReceipt.Length];
        StreamReceipt.Write(verifier.CreateSetup(), 1, 1000, bytes);
        verifier.TryVerify(bytes, out _).ShouldBeTrue();
        for (var bit = 0; bit < 8 * bytes.Length; bit++)
        {
            bytes[bit / 8] ^= (byte)(1 << (bit % 8));
            verifier.TryVerify(bytes, out _).ShouldBeFalse();
            bytes[bit / 8] ^= (byte)(1 << (bit % 8));
        }

        new ReceiptVerifier([.. Enumerable.Repeat((byte)1, 32)]).TryVerify(bytes, out _).ShouldBeFalse();
    }

    [Fact]
    public void Lengths_other_than_that_of_a_receipt_and_other_versions_are_refused()
    {
        var bytes = new byte[StreamReceipt.Length + 1];
        bytes[0] = 1;
        for (var length = 0; length <= bytes.Length; length++)
            StreamReceipt.TryRead(bytes.AsSpan(0, length), out _).ShouldBe(length == StreamReceipt.Length);
        bytes[0] = 2;
        StreamReceipt.TryRead(bytes.AsSpan(0, StreamReceipt.Length), out _).ShouldBeFalse();
        default(StreamReceipt).IsSignedWith(new byte[32]).ShouldBeFalse();
    }

    [Fact]
    public void A_setup_does_not_show_its_secret()
    {
        var setup = new ReceiptSetup(Convert.FromHexString(Nonce), Convert.FromHexString(Secret));
        setup.ToString().ShouldBe(Nonce);
        Should.Throw<ArgumentException>(static () => new ReceiptSetup(new byte[15], new byte[32]));
        Should.Throw<ArgumentException>(static () => new ReceiptSetup(new byte[16], new byte[31]));
    }

    [Fact]
    public void Bytes_from_anybody_are_read_or_refused_but_never_throw()
    {
        var random = new Random(1);
        var setup = new ReceiptVerifier(new byte[32]).CreateSetup();
        var receipt = new byte[StreamReceipt.Length];
        for (var round = 0; round < 20_000; round++)
        {
            StreamReceipt.Write(setup, (byte)random.Next(256), (ulong)random.NextInt64(), receipt);
            for (var damages = random.Next(4); damages > 0; damages--)
                receipt[random.Next(receipt.Length)] = (byte)random.Next(256);
            ReceiptFuzz.Run(random.Next(8) == 0 ? receipt.AsSpan(0, random.Next(receipt.Length)) : receipt);
        }
    }
}
