using System.Net;
using System.Net.Sockets;
using System.Security.Cryptography;
using Codius.Core.Checks;

namespace Codius.Runtime.Containerd.Checks;

/// <summary>
/// Asks each name server that pods are told for the servers of the root, which every resolver knows: RFC 1035.
/// </summary>
internal sealed class NameServersCheck(ContainerdOptions options, TimeSpan answersWithin, int port = 53) : ICheck
{
    private const int HeaderLength = 12;
    private const int MaxAnswerLength = 512;
    private const byte IsAnswer = 0x80;
    private const byte RecursionDesired = 0x01;
    private const int ResponseCode = 0x0F;

    /// <summary>The root's name has no labels; NS records of the class IN.</summary>
    private static readonly byte[] Question = [0, 0, 2, 0, 1];

    public string Name => "name servers";

    public async Task<Finding> RunAsync(CancellationToken cancellationToken)
    {
        var servers = options.DnsServersOrDefault;
        var answered = await Task.WhenAll(servers.Select(server => AskAsync(server, cancellationToken)));
        var silent = servers.Where((_, index) => !answered[index]).ToList();
        if (silent.Count == 0)
            return Finding.Well($"{string.Join(" and ", servers)} answer");
        var found = $"{string.Join(" and ", silent)} {(silent.Count == 1 ? "does" : "do")} not answer";
        const string Advice = "name others in Codius:Runtime:DnsServers, or open UDP port 53 to these";
        return silent.Count < servers.Count ? Finding.Warning(found, Advice) : Finding.Failed(found, Advice);
    }

    private async Task<bool> AskAsync(string server, CancellationToken cancellationToken)
    {
        using var timeout = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        timeout.CancelAfter(answersWithin);
        using var socket = new Socket(AddressFamily.InterNetwork, SocketType.Dgram, ProtocolType.Udp);
        var id = RandomNumberGenerator.GetBytes(2);
        byte[] query = [.. id, RecursionDesired, 0, 0, 1, 0, 0, 0, 0, 0, 0, .. Question];
        var answer = new byte[MaxAnswerLength];
        try
        {
            await socket.ConnectAsync(new IPEndPoint(IPAddress.Parse(server), port), timeout.Token);
            await socket.SendAsync(query, timeout.Token);
            var length = await socket.ReceiveAsync(answer, timeout.Token);
            return length >= HeaderLength && answer.AsSpan(0, 2).SequenceEqual(id)
                && (answer[2] & IsAnswer) != 0 && (answer[3] & ResponseCode) == 0;
        }
        catch (Exception none) when (none is SocketException
            || (none is OperationCanceledException && !cancellationToken.IsCancellationRequested))
        {
            return false;
        }
    }
}
