using System.Text;
using Interledger.Spsp;
using Shouldly;

namespace Interledger.Tests.Spsp;

/// <summary>What a payer does with an answer from anybody, and with a payment pointer that somebody typed.</summary>
internal static class SpspFuzz
{
    public static void Run(ReadOnlySpan<byte> bytes)
    {
        if (SpspAnswer.TryRead(bytes, out var answer))
        {
            answer.Credentials.Address.IsEmpty.ShouldBeFalse();
            answer.Credentials.SharedSecret.Length.ShouldBe(32);
        }

        if (PaymentPointer.TryParse(Encoding.Latin1.GetString(bytes), out var pointer))
        {
            pointer.Endpoint.Scheme.ShouldBe("https");
            pointer.Endpoint.Query.ShouldBeEmpty();
        }
    }
}
