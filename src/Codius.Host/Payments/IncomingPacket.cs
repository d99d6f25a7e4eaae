namespace Codius.Host.Payments;

/// <summary>A packet of money that waits for its answer. The key is unique for ever.</summary>
public readonly record struct IncomingPacket(string Key, long Amount, DateTimeOffset ExpiresAt);

/// <summary>How a packet of money is answered.</summary>
public abstract record PacketAnswer
{
    private PacketAnswer()
    {
    }

    /// <summary>It is taken.</summary>
    public sealed record Fulfil : PacketAnswer;

    /// <summary>It is not taken, and may be sent again.</summary>
    public sealed record RetryLater : PacketAnswer;

    /// <summary>It is not taken, and the connection is closed so that the payer stops.</summary>
    public sealed record Refuse(string Reason) : PacketAnswer;
}
