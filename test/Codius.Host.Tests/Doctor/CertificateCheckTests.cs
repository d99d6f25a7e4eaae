using System.Net;
using System.Net.Security;
using System.Net.Sockets;
using System.Security.Authentication;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Codius.Core.Checks;
using Codius.Host.Configuration;
using Codius.Host.Doctor.Checks;

namespace Codius.Host.Tests.Doctor;

/// <summary>With a real handshake, by a server that has a certificate of its own.</summary>
public sealed class CertificateCheckTests
{
    [Fact]
    public async Task A_certificate_for_the_host_and_its_pods_is_well() =>
        (await LookAsync(["localhost", "doctor.localhost"], days: 60)).Kind.ShouldBe(FindingKind.Well);

    [Fact]
    public async Task One_that_ends_soon_is_warned_about() =>
        (await LookAsync(["localhost", "doctor.localhost"], days: 5)).Kind.ShouldBe(FindingKind.Warning);

    [Fact]
    public async Task One_that_does_not_name_the_pods_fails()
    {
        var finding = await LookAsync(["localhost"], days: 60);
        finding.Kind.ShouldBe(FindingKind.Failed);
        finding.Message.ShouldStartWith("doctor.localhost: ");
        finding.Advice.ShouldNotBeNull().ShouldContain("*.localhost");
    }

    [Fact]
    public async Task One_that_nobody_knows_fails() =>
        (await LookAsync(["localhost", "doctor.localhost"], days: 60, isTrusted: false)).Kind
            .ShouldBe(FindingKind.Failed);

    [Theory]
    [InlineData("http://codius.example", false, FindingKind.Warning)]
    [InlineData("http://localhost:3000", true, FindingKind.Well)]
    [InlineData("https://127.0.0.1:1", false, FindingKind.Failed)]
    [InlineData("", false, FindingKind.Failed)]
    public async Task Without_a_certificate_it_depends(string uri, bool development, FindingKind expected)
    {
        var host = new HostOptions { PublicUri = uri, Development = development };
        var finding = await new CertificateCheck(host, TimeProvider.System)
            .RunAsync(TestContext.Current.CancellationToken);
        finding.Kind.ShouldBe(expected);
    }

    private static async Task<Finding> LookAsync(string[] names, int days, bool isTrusted = true)
    {
        using var certificate = Make(names, days);
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        _ = ServeAsync(listener, certificate);
        var host = new HostOptions { PublicUri = $"https://localhost:{((IPEndPoint)listener.LocalEndpoint).Port}" };
        var check = new CertificateCheck(host, TimeProvider.System, isTrusted ? certificate : null);
        return await check.RunAsync(TestContext.Current.CancellationToken);
    }

    private static async Task ServeAsync(TcpListener listener, X509Certificate2 certificate)
    {
        try
        {
            while (true)
            {
                using var client = await listener.AcceptTcpClientAsync();
                await using var tls = new SslStream(client.GetStream());
                try
                {
                    await tls.AuthenticateAsServerAsync(certificate);
                    await tls.ReadExactlyAsync(new byte[1]);
                }
                catch (Exception refused) when (refused is AuthenticationException or IOException)
                {
                    // The client did not believe it, or has seen enough.
                }
            }
        }
        catch (Exception end) when (end is SocketException or ObjectDisposedException)
        {
            // The test is over.
        }
    }

    private static X509Certificate2 Make(string[] names, int days)
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var request = new CertificateRequest("CN=codius", key, HashAlgorithmName.SHA256);
        var alternatives = new SubjectAlternativeNameBuilder();
        foreach (var name in names)
            alternatives.AddDnsName(name);
        request.CertificateExtensions.Add(alternatives.Build());
        var now = DateTimeOffset.UtcNow;
        return request.CreateSelfSigned(now.AddDays(-1), now.AddDays(days));
    }
}
