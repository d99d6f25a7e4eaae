using Codius.Core.Manifests;
using Codius.Host.Configuration;
using Codius.Host.Uplink;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;

namespace Codius.Host.Tests.Configuration;

public sealed class HostOptionsTests
{
    [Fact]
    public void In_development_mode_nothing_needs_to_be_set()
    {
        var options = Read("Development=true", "Port=1234");
        options.PublicUri.ShouldBe("http://localhost:1234");
        ManifestHash.TryParse(new string('a', 52), out var hash).ShouldBeTrue();
        options.UrlOf(hash).ShouldBe($"http://{hash}.localhost:1234/");
    }

    [Fact]
    public void A_public_uri_may_end_with_a_slash_and_has_no_letter_case() =>
        Read("Development=true", "PublicUri=HTTPS://Host.Example/").PublicUri.ShouldBe("https://host.example");

    [Theory]
    [InlineData("Port=70000", "Codius:Port")]
    [InlineData("H2cPort=3000", "Codius:H2cPort")]
    [InlineData("BindIp=localhost", "Codius:BindIp")]
    [InlineData("PublicUri=host.example", "Codius:PublicUri")]
    [InlineData("PublicUri=ftp://host.example", "Codius:PublicUri")]
    [InlineData("PublicUri=https://host.example/path", "Codius:PublicUri")]
    [InlineData("PublicUri=https://a:b@host.example", "Codius:PublicUri")]
    [InlineData("PublicUri=https://127.0.0.1", "Codius:PublicUri")]
    [InlineData("RootDirectory=relative", "Codius:RootDirectory")]
    [InlineData("CostPerMonth=0", "Codius:CostPerMonth")]
    [InlineData("CostPerMonth=-1", "Codius:CostPerMonth")]
    [InlineData("Asset:Scale=19", "Codius:Asset:Scale")]
    [InlineData("Asset:Code=", "Codius:Asset:Code")]
    [InlineData("MaxMemoryFraction=0", "Codius:MaxMemoryFraction")]
    [InlineData("MaxMemoryFraction=1.1", "Codius:MaxMemoryFraction")]
    [InlineData("MaxCpuFraction=0", "Codius:MaxCpuFraction")]
    [InlineData("MaxDiskFraction=-1", "Codius:MaxDiskFraction")]
    [InlineData("MaxMemoryFraction=NaN", "Codius:MaxMemoryFraction")]
    [InlineData("MemoryOvercommit=0.5", "Codius:MemoryOvercommit")]
    [InlineData("Runtime:WarmSandboxes=-1", "Codius:Runtime:WarmSandboxes")]
    [InlineData("Runtime:WarmSandboxes=65", "Codius:Runtime:WarmSandboxes")]
    [InlineData("QuoteValidity=600", "Codius:QuoteValidity")]
    [InlineData("Uplink:BtpUrl=http://x", "Codius:Uplink:BtpUrl")]
    [InlineData("Runtime:Subnet=10.0.0.0", "Codius:Runtime:Subnet")]
    [InlineData("Runtime:Handler=Runc", "Codius:Runtime:Handler is Runc")]
    [InlineData("Runtime:Handler=Crun", "Codius:Runtime:Handler is Crun")]
    [InlineData("Limits:MaxConnections=0", "Codius:Limits:MaxConnections")]
    [InlineData("Limits:DrainTimeout=00:01:00", "Codius:Limits:DrainTimeout")]
    [InlineData("Prot=1", "Codius:Prot is not a setting")]
    [InlineData("Limits:MaxConnection=1", "Codius:Limits:MaxConnection is not a setting")]
    public void A_setting_that_cannot_be_is_named(string setting, string problem) =>
        Should.Throw<OptionsValidationException>(() => Read("Development=true", "PublicUri=http://a.example", setting))
            .Failures.ShouldHaveSingleItem().ShouldStartWith(problem);

    [Fact]
    public void Runc_is_for_an_operator_who_says_that_he_trusts_code() =>
        Read("Development=true", "Runtime:Handler=Runc", "Runtime:TrustCode=true").Runtime.TrustCode.ShouldBeTrue();

    [Fact]
    public void Outside_development_mode_a_public_uri_and_an_uplink_are_required() =>
        Should.Throw<OptionsValidationException>(() => Read()).Failures.Count().ShouldBe(2);

    [Fact]
    public void Sections_of_other_features_are_left_to_them() => Read("Development=true", "Peers:Bootstrap:0=x");

    private static HostOptions Read(params string[] settings)
    {
        var configuration = new ConfigurationBuilder()
            .AddCommandLine([.. settings.Select(setting => "--Codius:" + setting)])
            .Build();
        return new ServiceCollection()
            .AddSingleton<IConfiguration>(configuration)
            .AddHostOptions()
            .AddUplink()
            .BuildServiceProvider()
            .GetRequiredService<IOptions<HostOptions>>().Value;
    }
}
