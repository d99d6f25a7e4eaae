using System.Buffers.Binary;
using System.Globalization;
using System.Net.Sockets;
using System.Security.Cryptography;
using Codius.Core.Checks;

namespace Codius.Host.Doctor.Checks;

/// <summary>
/// How far this machine's clock is off, by asking a time server once: SNTP, RFC 5905 section 14. Leases, certificates
/// and payments that expire all go by it.
/// </summary>
internal sealed class ClockCheck(
    TimeProvider time, TimeSpan answersWithin, string server = "pool.ntp.org", int port = 123) : ICheck
{
    private const int PacketLength = 48;
    private const byte VersionFourClient = 0x23;
    private const int ModeMask = 0x07;
    private const int ServerMode = 4;
    private const int OriginateAt = 24;
    private const int ReceivedAt = 32;
    private const int SentAt = 40;
    private const string Advice = "have chrony, ntpd or systemd-timesyncd keep it";

    private static readonly DateTimeOffset Epoch = new(1900, 1, 1, 0, 0, 0, TimeSpan.Zero);
    private static readonly TimeSpan Era = TimeSpan.FromSeconds(uint.MaxValue + 1L);
    private static readonly TimeSpan Noticeable = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan Harmful = TimeSpan.FromSeconds(10);

    public string Name => "clock";

    public async Task<Finding> RunAsync(CancellationToken cancellationToken)
    {
        if (await AskAsync(cancellationToken) is not { } offset)
            return Finding.Warning($"{server} does not tell the time", $"{Advice}, and open UDP port {port} to it");
        var seconds = offset.TotalSeconds.ToString("+0.000;-0.000;0.000", CultureInfo.InvariantCulture);
        var found = $"{seconds} s to what {server} tells";
        return offset.Duration() > Harmful ? Finding.Failed(found, Advice)
            : offset.Duration() > Noticeable ? Finding.Warning(found, Advice)
            : Finding.Well(found);
    }

    /// <summary>How much this clock is ahead of the server's; null if it gave no usable answer.</summary>
    private async Task<TimeSpan?> AskAsync(CancellationToken cancellationToken)
    {
        using var timeout = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        timeout.CancelAfter(answersWithin);
        var (question, answer) = (new byte[PacketLength], new byte[PacketLength]);
        question[0] = VersionFourClient;
        // The server only repeats it: a number that nobody guesses tells its answer from a forged one.
        RandomNumberGenerator.Fill(question.AsSpan(SentAt));
        try
        {
            using var socket = new UdpClient(server, port);
            var asked = time.GetUtcNow();
            await socket.SendAsync(question, timeout.Token);
            var length = await socket.Client.ReceiveAsync(answer, timeout.Token);
            var back = time.GetUtcNow();
            if (length < PacketLength || !IsAnswerTo(question, answer))
                return null;
            var there = TimeAt(answer, ReceivedAt, asked) - asked;
            var here = TimeAt(answer, SentAt, back) - back;
            return -(there + here) / 2;
        }
        catch (Exception none) when (none is SocketException
            || (none is OperationCanceledException && !cancellationToken.IsCancellationRequested))
        {
            return null;
        }
    }

    /// <summary>Stratum 0 refuses to tell, and 16 does not know the time itself.</summary>
    private static bool IsAnswerTo(ReadOnlySpan<byte> question, ReadOnlySpan<byte> answer) =>
        (answer[0] & ModeMask) == ServerMode && answer[1] is >= 1 and <= 15
        && answer.Slice(OriginateAt, sizeof(long)).SequenceEqual(question.Slice(SentAt, sizeof(long)));

    /// <summary>Seconds and their fractions since 1900 in 32 bits each, which begin anew every 136 years.</summary>
    private static DateTimeOffset TimeAt(ReadOnlySpan<byte> packet, int start, DateTimeOffset near)
    {
        var seconds = BinaryPrimitives.ReadUInt32BigEndian(packet[start..]);
        var fraction = BinaryPrimitives.ReadUInt32BigEndian(packet[(start + sizeof(uint))..]);
        var told = Epoch.AddSeconds(seconds).AddSeconds(fraction / (uint.MaxValue + 1.0));
        while (near - told > Era / 2)
            told += Era;
        return told;
    }
}
