using System.Runtime.InteropServices;
using System.Text;

namespace Codius.Runtime.Containerd.Network;

/// <summary>
/// The tables of nftables whose chains, rules or sets somebody has changed, or that he has made or deleted. Elements of
/// sets, which change with every pod, are left out.
/// </summary>
internal sealed class RulesetChange
{
    // linux/netlink.h, linux/netfilter/nfnetlink.h and linux/netfilter/nf_tables.h.
    private const int HeaderLength = 16;
    private const int TypeOffset = 4;
    private const int NetfilterHeaderLength = 4;
    private const int AttributeHeaderLength = 4;
    private const int Nftables = 10;
    private const int LastOfSets = 11;
    private const int TableName = 1;
    private const int AttributeTypes = 0x3fff;

    private readonly HashSet<string>? _tables;

    private RulesetChange(HashSet<string>? tables) => _tables = tables;

    /// <summary>Any table may have changed: it was too much to be told.</summary>
    public static RulesetChange Unknown { get; } = new(null);

    public bool IsNone => _tables is { Count: 0 };

    public bool Concerns(string table) => _tables is null || _tables.Contains(table);

    /// <summary>Reads the messages that the kernel sent at once.</summary>
    public static RulesetChange Read(ReadOnlySpan<byte> messages)
    {
        var tables = new HashSet<string>();
        while (messages.Length >= HeaderLength)
        {
            var length = MemoryMarshal.Read<int>(messages);
            if (length < HeaderLength || length > messages.Length)
                return Unknown;
            if (TableOf(messages[..length]) is { } table)
                tables.Add(table);
            messages = messages[Math.Min(Aligned(length), messages.Length)..];
        }

        return new RulesetChange(tables);
    }

    // In all messages about tables, chains, rules and sets the table's name comes first.
    private static string? TableOf(ReadOnlySpan<byte> message)
    {
        var type = MemoryMarshal.Read<ushort>(message[TypeOffset..]);
        if (type >> 8 != Nftables || (type & 0xff) > LastOfSets)
            return null;
        var attribute = message[HeaderLength..];
        if (attribute.Length < NetfilterHeaderLength + AttributeHeaderLength)
            return null;
        attribute = attribute[NetfilterHeaderLength..];
        var length = MemoryMarshal.Read<ushort>(attribute);
        if (length < AttributeHeaderLength || length > attribute.Length
            || (MemoryMarshal.Read<ushort>(attribute[2..]) & AttributeTypes) != TableName)
            return null;
        return Encoding.UTF8.GetString(attribute[AttributeHeaderLength..length].TrimEnd((byte)0));
    }

    private static int Aligned(int length) => (length + 3) & ~3;
}
