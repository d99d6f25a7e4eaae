using System.Net;
using System.Net.Sockets;
using Codius.Host.Configuration;
using Codius.Runtime.Containerd.Images;
using Interledger.Spsp;
using Microsoft.Extensions.Options;

namespace Codius.Host.PodAccounts;

/// <summary>
/// Whom strangers may have paid, and how he is asked: over HTTPS, at public addresses only. In development mode a URL
/// of any machine will do as well as a payment pointer.
/// </summary>
internal sealed class Payees(IOptions<HostOptions> options)
{
    public const string Header = "Pod-Payout";
    private const int MaxLength = 512;

    private readonly bool _anywhere = options.Value.Development;

    public bool IsPayee(string text) => text.Length <= MaxLength
        && (PaymentPointer.TryParse(text, out _) || (_anywhere && IsUrl(text)));

    public SpspClient CreateClient(TimeProvider time) => new(
        new HttpClient(new SocketsHttpHandler
        {
            AllowAutoRedirect = false,
            UseCookies = false,
            UseProxy = false,
            PooledConnectionLifetime = TimeSpan.FromMinutes(1),
            ConnectCallback = ConnectAsync,
        }),
        new SpspClientOptions { AllowHttp = _anywhere },
        time);

    private static bool IsUrl(string text) => Uri.TryCreate(text, UriKind.Absolute, out var url)
        && (url.Scheme == Uri.UriSchemeHttp || url.Scheme == Uri.UriSchemeHttps)
        && text.All(c => c is > ' ' and < (char)127);

    // Whatever the name resolves to by the time that it is used.
    private async ValueTask<Stream> ConnectAsync(
        SocketsHttpConnectionContext context, CancellationToken cancellationToken)
    {
        var addresses = await Dns.GetHostAddressesAsync(context.DnsEndPoint.Host, cancellationToken);
        var allowed = addresses.Where(address => _anywhere || PublicAddress.Is(address)).ToArray();
        if (allowed.Length == 0)
            throw new IOException("it is at no public address");
        var socket = new Socket(SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        try
        {
            await socket.ConnectAsync(allowed, context.DnsEndPoint.Port, cancellationToken);
            return new NetworkStream(socket, ownsSocket: true);
        }
        catch
        {
            socket.Dispose();
            throw;
        }
    }
}
