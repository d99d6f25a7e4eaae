using Codius.Host.Configuration;
using Microsoft.Extensions.Configuration;

namespace Codius.Host.Tests.Configuration;

public sealed class LegacyEnvironmentTests
{
    [Theory]
    [InlineData("CODIUS_XRP_PER_MONTH", "2.5", "CostPerMonth", "2.5")]
    [InlineData("CODIUS_COST_PER_MONTH", "3", "CostPerMonth", "3")]
    [InlineData("COST_PER_MONTH", "4", "CostPerMonth", "4")]
    [InlineData("CODIUS_PORT", "8080", "Port", "8080")]
    [InlineData("CODIUS_TRUST_CODE", "yes", "Runtime:TrustCode", "true")]
    [InlineData("CODIUS_BIND_IP", "0.0.0.0", "BindIp", "0.0.0.0")]
    [InlineData("CODIUS_PUBLIC_URI", "https://host.example", "PublicUri", "https://host.example")]
    [InlineData("CODIUS_MAX_MEMORY_FRACTION", "0.5", "MaxMemoryFraction", "0.5")]
    [InlineData("CODIUS_ADDITIONAL_HOST_INFO", "false", "AdditionalHostInfo", "false")]
    [InlineData("CODIUS_ROOT", "/srv/codius", "RootDirectory", "/srv/codius")]
    [InlineData("CODIUS_DEV", "1", "Development", "true")]
    [InlineData("ILP_CREDENTIALS", """{"server":"btp+ws://:s@a:1"}""", "Uplink:BtpUrl", "btp+ws://:s@a:1")]
    [InlineData("CODIUS_HYPER_SOCKET", "/run/x", "Hyper:Socket", "/run/x")]
    [InlineData("CODIUS_HYPER_NOOP", "true", "Hyper:Noop", "true")]
    [InlineData("CODIUS_BOOTSTRAP_PEERS", """["https://a","https://b"]""", "Peers:Bootstrap:1", "https://b")]
    [InlineData("CODIUS_SELF_TEST_RETRIES", "5", "SelfTest:Retries", "5")]
    [InlineData("CODIUS_SELF_TEST_INTERVAL", "5000", "SelfTest:IntervalMilliseconds", "5000")]
    [InlineData("CODIUS_ADMIN_API", "true", "Admin:Enabled", "true")]
    [InlineData("CODIUS_ADMIN_PORT", "3001", "Admin:Port", "3001")]
    [InlineData("CODIUS_MEMDOWN_PERSIST", "true", "Store:Persist", "true")]
    public void A_variable_of_the_original_sets_what_it_set(string name, string value, string key, string expected) =>
        Load((name, value))["Codius:" + key].ShouldBe(expected);

    [Fact]
    public void The_first_name_of_a_setting_counts() =>
        Load(("COST_PER_MONTH", "4"), ("CODIUS_XRP_PER_MONTH", "2"), ("CODIUS_COST_PER_MONTH", "3"))
            ["Codius:CostPerMonth"].ShouldBe("2");

    [Fact]
    public void An_empty_variable_is_one_that_is_not_set() => Load(("CODIUS_PORT", ""))["Codius:Port"].ShouldBeNull();

    [Theory]
    [InlineData("CODIUS_PORT", "80a")]
    [InlineData("CODIUS_XRP_PER_MONTH", "-1")]
    [InlineData("COST_PER_MONTH", "ten")]
    [InlineData("CODIUS_BIND_IP", "localhost")]
    [InlineData("CODIUS_DEV", "perhaps")]
    [InlineData("ILP_PLUGIN", "ilp-plugin-xrp-paychan")]
    [InlineData("ILP_CREDENTIALS", "hush")]
    [InlineData("ILP_CREDENTIALS", """{"secret":1}""")]
    [InlineData("CODIUS_BOOTSTRAP_PEERS", "https://a")]
    public void A_value_that_cannot_be_is_an_error_that_names_the_variable(string name, string value)
    {
        var problem = Should.Throw<SettingsException>(() => Load((name, value))).Problems.ShouldHaveSingleItem();
        problem.ShouldStartWith(name + " must be ");
        if (name == "ILP_CREDENTIALS")
            problem.ShouldNotContain(value);
    }

    [Fact]
    public void All_wrong_variables_are_named_at_once() =>
        Should.Throw<SettingsException>(() => Load(("CODIUS_PORT", "x"), ("CODIUS_DEV", "x")))
            .Problems.Count.ShouldBe(2);

    private static IConfigurationRoot Load(params (string Name, string Value)[] variables)
    {
        var environment = variables.ToDictionary(v => v.Name, v => v.Value, StringComparer.Ordinal);
        var builder = new ConfigurationBuilder();
        builder.Add(new LegacyEnvironmentSource(name => environment.GetValueOrDefault(name)));
        return builder.Build();
    }
}
