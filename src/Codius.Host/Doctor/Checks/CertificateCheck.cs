using System.Globalization;
using System.Net.Security;
using System.Net.Sockets;
using System.Security.Authentication;
using System.Security.Cryptography.X509Certificates;
using Codius.Core.Checks;
using Codius.Host.Configuration;

namespace Codius.Host.Doctor.Checks;

/// <summary>
/// Whether who connects to the host's public name, and to the name of a pod, is shown a certificate that he believes.
/// </summary>
/// <param name="authority">Whom to believe instead of the authorities that this machine knows.</param>
internal sealed class CertificateCheck(HostOptions host, TimeProvider time, X509Certificate2? authority = null) : ICheck
{
    private const string Renewal = "have certbot, caddy or the like renew it";
    private static readonly TimeSpan Soon = TimeSpan.FromDays(14);
    private static readonly TimeSpan ConnectsWithin = TimeSpan.FromSeconds(10);

    public string Name => "certificate";

    public async Task<Finding> RunAsync(CancellationToken cancellationToken)
    {
        if (!Uri.TryCreate(host.PublicUri, UriKind.Absolute, out var uri))
            return Finding.Failed("there is no public URI to look at", "set Codius:PublicUri (CODIUS_PUBLIC_URI)");
        if (uri.Scheme != Uri.UriSchemeHttps)
            return host.Development
                ? Finding.Well("none is needed, since this is development mode")
                : Finding.Warning(
                    $"{host.PublicUri} is without TLS", "put a proxy with TLS before codiusd: docs/operators.md");
        using var timeout = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        timeout.CancelAfter(ConnectsWithin);
        try
        {
            var end = await ExpiryAsync(uri, uri.IdnHost, timeout.Token);
            await ExpiryAsync(uri, "doctor." + uri.IdnHost, timeout.Token);
            var found = string.Create(
                CultureInfo.InvariantCulture, $"for {uri.IdnHost} and *.{uri.IdnHost}, until {end:yyyy-MM-dd}");
            return end - time.GetUtcNow() < Soon ? Finding.Warning(found, Renewal) : Finding.Well(found);
        }
        catch (AuthenticationException wrong)
        {
            return Finding.Failed(
                wrong.Message, $"get one for {uri.IdnHost} and *.{uri.IdnHost} that clients believe, and {Renewal}");
        }
        catch (Exception none) when (none is SocketException or IOException
            || (none is OperationCanceledException && !cancellationToken.IsCancellationRequested))
        {
            return Finding.Failed(
                $"{uri.Authority} cannot be connected: {none.Message}", "start the proxy with TLS: docs/operators.md");
        }
    }

    /// <summary>Shakes hands for a name as its clients do, and says until when that will go well.</summary>
    private async Task<DateTimeOffset> ExpiryAsync(Uri uri, string name, CancellationToken cancellationToken)
    {
        using var client = new TcpClient();
        await client.ConnectAsync(uri.IdnHost, uri.Port, cancellationToken);
        await using var tls = new SslStream(client.GetStream());
        var options = new SslClientAuthenticationOptions { TargetHost = name };
        if (authority is not null)
        {
            options.CertificateChainPolicy = new X509ChainPolicy
            {
                TrustMode = X509ChainTrustMode.CustomRootTrust,
                CustomTrustStore = { authority },
                RevocationMode = X509RevocationMode.NoCheck,
            };
        }

        try
        {
            await tls.AuthenticateAsClientAsync(options, cancellationToken);
        }
        catch (AuthenticationException wrong)
        {
            throw new AuthenticationException($"{name}: {wrong.Message}", wrong);
        }

        return new DateTimeOffset(new X509Certificate2(tls.RemoteCertificate!).NotAfter);
    }
}
