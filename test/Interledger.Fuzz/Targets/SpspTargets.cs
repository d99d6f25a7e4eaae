using System.Text;
using Interledger.Spsp;

namespace Interledger.Fuzz.Targets;

/// <summary>What a payer does with an answer from anybody, and with a payment pointer that somebody typed.</summary>
internal static class SpspTargets
{
    private const string Secret = "6jR5iNIVRvqeasJeCty6C+YB5X9FhSOUPCL/5nha5Vs=";

    public static IEnumerable<FuzzTarget> Create() =>
    [
        new("spsp-answer", [Bytes(Whole), Bytes(Smallest)], ReadAnswer),
        new(
            "payment-pointer",
            [
                Bytes("$example.com/bob"),
                Bytes("$example.com"),
                Bytes("https://example.com/p%C3%A4th/to~me"),
                Bytes("$xn--bcher-kva.example:8443/a/../b"),
                Bytes("$[::1]:443/x"),
            ],
            ReadPointer),
    ];

    private static string Smallest => $$"""{"destination_account":"example.red","shared_secret":"{{Secret}}"}""";

    private static string Whole => $$"""
        {
          "destination_account": "example.ilpdemo.red~invoice123",
          "shared_secret": "{{Secret}}",
          "balance": { "maximum": "-10000", "current": "-5360" },
          "asset_info": { "code": "USD", "scale": 2 },
          "receiver_info": { "name": "XYZ Store", "image_url": "https://red.ilpdemo.org/logo.jpg" },
          "receipts_enabled": true
        }
        """;

    private static void ReadAnswer(ReadOnlyMemory<byte> input)
    {
        if (SpspAnswer.TryRead(input.Span, out var answer)
            && (answer.Credentials.Address.IsEmpty || answer.Credentials.SharedSecret.Length != 32))
            throw new InvalidOperationException("nobody can be paid by this");
    }

    private static void ReadPointer(ReadOnlyMemory<byte> input)
    {
        if (PaymentPointer.TryParse(Encoding.Latin1.GetString(input.Span), out var pointer)
            && (pointer.Endpoint.Scheme != "https" || pointer.Endpoint.Query.Length > 0))
            throw new InvalidOperationException($"{pointer.Endpoint} may not be asked");
    }

    private static byte[] Bytes(string text) => Encoding.UTF8.GetBytes(text);
}
