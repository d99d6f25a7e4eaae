using System.Diagnostics.CodeAnalysis;
using Interledger.Addresses;
using Interledger.Connector.Accounts;
using Interledger.Packets;

namespace Interledger.Connector.Pipeline;

/// <summary>A Prepare on its way through the connector, and what the steps so far have found out.</summary>
public sealed class PacketContext(IlpAddress connector, AccountState from, IlpPrepare prepare)
{
    /// <summary>The connector's own address, which signs its rejections.</summary>
    public IlpAddress Connector { get; } = connector;

    /// <summary>The account that it came from.</summary>
    public AccountState From { get; } = from;

    /// <summary>The packet as it came.</summary>
    public IlpPrepare Prepare { get; } = prepare;

    /// <summary>The account that it goes to, from <see cref="FindRoute"/> on.</summary>
    [AllowNull]
    public AccountState To
    {
        get => field ?? throw new InvalidOperationException("The route comes first.");
        set;
    }

    /// <summary>What the next hop is offered, from <see cref="ConvertAmount"/> on.</summary>
    public ulong OutgoingAmount { get; set; }

    /// <summary>When the next hop's answer must be here, from <see cref="ShortenExpiry"/> on.</summary>
    public DateTimeOffset OutgoingExpiry { get; set; }

    /// <summary>A rejection by the connector itself.</summary>
    public IlpReply Reject(IlpErrorCode code, string message, ReadOnlySpan<byte> data = default) =>
        IlpReply.Reject(code, Connector, message, data);
}
