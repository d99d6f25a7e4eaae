using Interledger.Addresses;
using Interledger.Connector.Listeners;

namespace Interledger.Connector.PlayMoney;

/// <summary>What a connector with play money is like.</summary>
public sealed record PlayMoneyOptions
{
    /// <summary>Its address; those of its children begin with it.</summary>
    public IlpAddress Address { get; init; } = IlpAddress.Parse("test.codius");

    /// <summary>The asset of all its accounts.</summary>
    public AssetDetails Asset { get; init; } = new("XRP", 9);

    /// <summary>Where its children connect to.</summary>
    public BtpListenerOptions Listener { get; init; } = new();

    /// <summary>
    /// How far the balance of a child may fall; null for without limit. They begin at zero, and nobody can pay in.
    /// </summary>
    public Int128? MinimumBalance { get; init; }

    /// <summary>The largest amount of a packet; null for without limit.</summary>
    public ulong? MaxPacketAmount { get; init; }

    /// <summary>How many children there may be; when there are, new secrets are refused.</summary>
    public int MaxChildren { get; init; } = 10_000;

    /// <summary>How many packets a second each child may send in the long run.</summary>
    public double PacketsPerSecond { get; init; } = 1000;
}
