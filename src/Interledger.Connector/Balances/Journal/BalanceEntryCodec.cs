using System.Buffers;
using System.Numerics;
using System.Text;
using Interledger.Connector.Settlement;
using Interledger.Oer;

namespace Interledger.Connector.Balances.Journal;

/// <summary>Entries as octets: a kind, then their fields, in the encoding of the packets (RFC 0030).</summary>
internal static class BalanceEntryCodec
{
    private enum Kind : byte
    {
        Transfer = 1,
        Named = 2,
        Stands = 3,
        Received = 4,
        Begun = 5,
        Completed = 6,
    }

    public static void Write(IBufferWriter<byte> writer, in TransferEntry entry)
    {
        writer.WriteUInt8((byte)Kind.Transfer);
        writer.WriteUInt32((uint)entry.From);
        writer.WriteUInt64(entry.AmountIn);
        writer.WriteUInt32((uint)entry.To);
        writer.WriteUInt64(entry.AmountOut);
    }

    public static void Write(IBufferWriter<byte> writer, BalanceEntry entry)
    {
        writer.WriteUInt8((byte)KindOf(entry));
        writer.WriteUInt32((uint)entry.Account);
        switch (entry)
        {
            case AccountNamed named:
                WriteText(writer, named.Name);
                break;
            case BalanceStands stands:
                WriteInteger(writer, (BigInteger)stands.Settled);
                WriteQuantity(writer, stands.Leftover);
                break;
            case SettlementReceived received:
                WriteText(writer, received.Key);
                WriteQuantity(writer, received.Quantity);
                WriteInteger(writer, (BigInteger)received.Credited);
                WriteQuantity(writer, received.Leftover);
                writer.WriteUInt64((ulong)received.At);
                break;
            case SettlementBegun begun:
                WriteText(writer, begun.Key);
                WriteQuantity(writer, begun.Quantity);
                break;
            case SettlementCompleted completed:
                WriteText(writer, completed.Key);
                break;
        }
    }

    /// <summary>Reads the next entry and applies it; false if it is none or cannot follow those before.</summary>
    public static bool TryApplyNext(ref OerReader reader, BalanceBook book)
    {
        if (!reader.TryReadUInt8(out var kind))
            return false;
        if (kind == (byte)Kind.Transfer)
            return TryReadTransfer(ref reader, out var transfer) && book.TryApply(transfer);
        return reader.TryReadUInt32(out var account)
            && TryRead(ref reader, (Kind)kind, (int)account, out var entry)
            && book.TryApply(entry!);
    }

    private static Kind KindOf(BalanceEntry entry) => entry switch
    {
        AccountNamed => Kind.Named,
        BalanceStands => Kind.Stands,
        SettlementReceived => Kind.Received,
        SettlementBegun => Kind.Begun,
        SettlementCompleted => Kind.Completed,
        _ => throw new ArgumentOutOfRangeException(nameof(entry)),
    };

    private static bool TryReadTransfer(ref OerReader reader, out TransferEntry entry)
    {
        entry = default;
        if (!reader.TryReadUInt32(out var from) || !reader.TryReadUInt64(out var amountIn)
            || !reader.TryReadUInt32(out var to) || !reader.TryReadUInt64(out var amountOut))
            return false;
        entry = new TransferEntry((int)from, amountIn, (int)to, amountOut);
        return true;
    }

    private static bool TryRead(ref OerReader reader, Kind kind, int account, out BalanceEntry? entry)
    {
        entry = null;
        switch (kind)
        {
            case Kind.Named when TryReadText(ref reader, out var name):
                entry = new AccountNamed(account, name);
                break;
            case Kind.Stands when TryReadInteger(ref reader, out var settled)
                && TryReadQuantity(ref reader, out var leftover):
                entry = new BalanceStands(account, (Int128)settled, leftover);
                break;
            case Kind.Received when TryReadText(ref reader, out var key)
                && TryReadQuantity(ref reader, out var quantity) && TryReadInteger(ref reader, out var credited)
                && TryReadQuantity(ref reader, out var leftover) && reader.TryReadUInt64(out var at):
                entry = new SettlementReceived(account, key, quantity, (Int128)credited, leftover, (long)at);
                break;
            case Kind.Begun when TryReadText(ref reader, out var key) && TryReadQuantity(ref reader, out var quantity):
                entry = new SettlementBegun(account, key, quantity);
                break;
            case Kind.Completed when TryReadText(ref reader, out var key):
                entry = new SettlementCompleted(account, key);
                break;
        }

        return entry is not null;
    }

    private static void WriteText(IBufferWriter<byte> writer, string text) =>
        writer.WriteVarOctets(Encoding.UTF8.GetBytes(text));

    private static void WriteInteger(IBufferWriter<byte> writer, BigInteger value) =>
        writer.WriteVarOctets(value.ToByteArray(isBigEndian: true));

    private static void WriteQuantity(IBufferWriter<byte> writer, SettlementQuantity quantity)
    {
        WriteInteger(writer, quantity.Amount);
        writer.WriteUInt8(quantity.Scale);
    }

    private static bool TryReadText(ref OerReader reader, out string text)
    {
        var read = reader.TryReadVarOctets(out var octets);
        text = read ? Encoding.UTF8.GetString(octets) : "";
        return read;
    }

    private static bool TryReadInteger(ref OerReader reader, out BigInteger value)
    {
        var read = reader.TryReadVarOctets(out var octets);
        value = read ? new BigInteger(octets, isBigEndian: true) : default;
        return read;
    }

    private static bool TryReadQuantity(ref OerReader reader, out SettlementQuantity quantity)
    {
        var read = TryReadInteger(ref reader, out var amount) & reader.TryReadUInt8(out var scale);
        quantity = new SettlementQuantity(amount, scale);
        return read;
    }
}
