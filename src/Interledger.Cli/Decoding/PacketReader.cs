using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using System.Text;
using System.Text.Json.Nodes;
using Interledger.Btp;
using Interledger.Ildcp;
using Interledger.Packets;
using Interledger.Receipts;

namespace Interledger.Cli.Decoding;

/// <summary>
/// Finds out what some bytes are, and says what is in them: packets of ILP (RFC 0027) and BTP (RFC 0023), answers of
/// ILDCP (RFC 0031), receipts (RFC 0039). Amounts are texts in minor units, bytes are hexadecimal.
/// </summary>
internal static class PacketReader
{
    public static bool TryRead(ReadOnlyMemory<byte> bytes, [NotNullWhen(true)] out JsonObject? packet)
    {
        packet = ReadIlp(bytes);
        if (packet is null && BtpPacket.TryRead(bytes, out var btp))
            packet = Describe(btp);
        if (packet is null && StreamReceipt.TryRead(bytes.Span, out var receipt))
            packet = Describe(receipt);
        return packet is not null;
    }

    private static JsonObject? ReadIlp(ReadOnlyMemory<byte> bytes)
    {
        if (IlpPrepare.TryRead(bytes, out var prepare))
            return Describe(prepare);
        if (!IlpReply.TryRead(bytes, out var reply))
            return null;
        return reply.IsFulfill ? DescribeFulfill(reply) : DescribeReject(reply);
    }

    private static JsonObject Describe(IlpPrepare prepare) => new()
    {
        ["type"] = "ILP Prepare",
        ["amount"] = Text(prepare.Amount),
        ["destination"] = prepare.Destination.Value,
        ["expiresAt"] = prepare.ExpiresAt.ToString("yyyy-MM-ddTHH:mm:ss.fffZ", CultureInfo.InvariantCulture),
        ["condition"] = Hex(prepare.Condition),
        ["data"] = Hex(prepare.Data.Span),
    };

    private static JsonObject DescribeFulfill(IlpReply reply)
    {
        var json = new JsonObject
        {
            ["type"] = "ILP Fulfill",
            ["fulfillment"] = Hex(reply.Fulfillment),
            ["data"] = Hex(reply.Data.Span),
        };
        if (IldcpInfo.TryRead(reply, out var info))
        {
            json["ildcp"] = new JsonObject
            {
                ["clientAddress"] = info.ClientAddress.Value,
                ["assetCode"] = info.Asset.Code,
                ["assetScale"] = (int)info.Asset.Scale,
            };
        }

        return json;
    }

    private static JsonObject DescribeReject(IlpReply reply)
    {
        var json = new JsonObject
        {
            ["type"] = "ILP Reject",
            ["code"] = reply.Code.ToString(),
            ["triggeredBy"] = reply.TriggeredBy.Value,
            ["message"] = reply.Message,
            ["data"] = Hex(reply.Data.Span),
        };
        if (reply.Code == IlpErrorCode.AmountTooLarge && AmountTooLarge.TryRead(reply.Data.Span, out var amounts))
        {
            json["amountTooLarge"] = new JsonObject
            {
                ["receivedAmount"] = Text(amounts.ReceivedAmount),
                ["maximumAmount"] = Text(amounts.MaximumAmount),
            };
        }

        return json;
    }

    private static JsonObject Describe(BtpPacket packet)
    {
        var json = new JsonObject { ["type"] = $"BTP {packet.Type}", ["requestId"] = packet.RequestId };
        if (packet.Type == BtpPacketType.Transfer)
            json["amount"] = Text(packet.Amount);
        if (packet.Error is { } error)
        {
            json["code"] = error.Code;
            json["name"] = error.Name;
            json["triggeredAt"] = error.TriggeredAt;
            json["message"] = error.Data;
        }

        var entries = new JsonArray();
        foreach (var entry in packet)
            entries.Add((JsonNode)Describe(entry));
        json["protocolData"] = entries;
        return json;
    }

    private static JsonObject Describe(BtpSubProtocol entry)
    {
        var json = new JsonObject
        {
            ["name"] = Encoding.ASCII.GetString(entry.Name.Span),
            ["contentType"] = entry.ContentType switch
            {
                BtpContentType.OctetStream => "application/octet-stream",
                BtpContentType.Text => "text/plain; charset=utf-8",
                BtpContentType.Json => "application/json",
                var other => Text((byte)other),
            },
        };
        if (entry.Name.Span.SequenceEqual(BtpSubProtocol.Ilp) && ReadIlp(entry.Data) is { } ilp)
            json["packet"] = ilp;
        else if (entry.ContentType is BtpContentType.Text or BtpContentType.Json)
            json["text"] = Encoding.UTF8.GetString(entry.Data.Span);
        else
            json["data"] = Hex(entry.Data.Span);
        return json;
    }

    // Who signed it can only be told with the verifier's secret.
    private static JsonObject Describe(StreamReceipt receipt) => new()
    {
        ["type"] = "STREAM receipt",
        ["nonce"] = Hex(receipt.Nonce),
        ["streamId"] = (int)receipt.StreamId,
        ["totalReceived"] = Text(receipt.TotalReceived),
    };

    private static string Text(ulong number) => number.ToString(CultureInfo.InvariantCulture);

    private static string Hex(ReadOnlySpan<byte> bytes) => Convert.ToHexStringLower(bytes);
}
