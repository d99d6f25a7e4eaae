using System.Text;
using Interledger.Connector.Settlement;
using Microsoft.AspNetCore.Http;

namespace Interledger.Fuzz.Targets;

/// <summary>A settlement as its body tells it, and what it comes to in units of the account.</summary>
internal static class SettlementTarget
{
    private const int Longest = 1024;

    public static FuzzTarget Create() => new(
        "settlement",
        [
            Bytes("""{"amount":"100","scale":9}"""),
            Bytes("""{"scale":255,"amount":"115792089237316195423570985008687907853269984665640564039457584007913129639935"}"""),
            Bytes("""{"amount":"\u0031é","scale":"6","more":[{"a":null},1e400]}"""),
        ],
        Read);

    private static void Read(ReadOnlyMemory<byte> input)
    {
        var context = new DefaultHttpContext();
        context.Request.Body = new MemoryStream(input.ToArray());
        if (SettlementBody.ReadQuantityAsync(context.Request, Longest).GetAwaiter().GetResult() is not { } quantity)
            return;
        var (units, leftover) = quantity.Convert(new SettlementQuantity(7, 12), 9);
        if (units < 0 || leftover.Amount < 0)
            throw new InvalidOperationException("a settlement takes money");
    }

    private static byte[] Bytes(string text) => Encoding.UTF8.GetBytes(text);
}
