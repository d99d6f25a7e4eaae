using Interledger.Links;
using Interledger.Packets;

namespace Codius.Host.Payments;

/// <summary>
/// The uplink as the till uses it. It sees whether a packet that was taken, and is in the journal as such, was answered
/// with its fulfilment: the link may be lost, or the packet expire, while the journal is written.
/// </summary>
internal sealed class WitnessedLink(IIlpLink link, Acceptances acceptances) : IIlpLink
{
    private static readonly AsyncLocal<Witness?> Current = new();

    public bool IsConnected => link.IsConnected;

    /// <summary>Says, within the handling of a packet, under which key the journal has it.</summary>
    public static void Took(string packetKey)
    {
        if (Current.Value is { } witness)
            witness.PacketKey = packetKey;
    }

    public ValueTask<IlpReply> SendAsync(IlpPrepare prepare, CancellationToken cancellationToken) =>
        link.SendAsync(prepare, cancellationToken);

    public void OnPrepare(IlpHandler handler) => link.OnPrepare((prepare, lost) => prepare.Amount == 0
        ? handler(prepare, lost)
        : AnswerAsync(handler, prepare, lost));

    public ValueTask DisposeAsync() => link.DisposeAsync();

    private async ValueTask<IlpReply> AnswerAsync(IlpHandler handler, IlpPrepare prepare, CancellationToken lost)
    {
        var connection = acceptances.Connection;
        var witness = new Witness();
        Current.Value = witness;
        var reply = await handler(prepare, lost);
        if (witness.PacketKey is { } key)
            acceptances.Note(key, connection, isAnswered: reply.IsFulfill && !lost.IsCancellationRequested);
        return reply;
    }

    private sealed class Witness
    {
        public string? PacketKey { get; set; }
    }
}
