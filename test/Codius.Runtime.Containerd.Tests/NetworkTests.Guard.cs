using Codius.Core.Pods;
using Codius.Runtime.Containerd.Network;
using Codius.Testing.Processes;
using Codius.Testing.Runtime;
using Shouldly;
using Xunit;

namespace Codius.Runtime.Containerd.Tests;

/// <summary>What happens when another program changes the rules.</summary>
public abstract partial class NetworkTests
{
    private string Firewall => FirewallRules.TableName(fixture.Options.Instance);

    private string Bandwidth => BandwidthRules.TableName(fixture.Options.Instance);

    [Fact]
    public async Task Rules_that_another_program_removes_are_back_at_once_with_the_limits_of_all_pods()
    {
        await LoadFirewallAsync();
        var limits = ResourceLimits.Small with { BandwidthBitsPerSecond = 77 * 8 * 1024 };
        var pod = await StartAsync(ShellProgram.Script("sleep 1000"), limits);
        var limit = $"{pod.Address} limit rate over 77 kbytes/second";
        var rules = await RulesAsync();
        (await LimitsAsync()).ShouldContain(limit);
        foreach (var change in new[]
        {
            $"delete table inet {Firewall}\ndelete table inet {Bandwidth}",
            $"delete table inet {Bandwidth}",
            $"flush table inet {Firewall}",
            $"insert rule inet {Firewall} destinations accept",
        })
        {
            await NftAsync(change);
            await Deadline.UntilAsync(
                async () => await RulesAsync() == rules && (await LimitsAsync()).Contains(limit),
                $"all is as before after: {change}");
        }

        await fixture.Runtime.RemoveAsync(pod.Id, Stop);
    }

    /// <summary>As `systemctl restart nftables` flushes them: once when it stops and once when it starts.</summary>
    [Fact]
    public async Task Rules_that_are_removed_again_while_they_are_put_back_are_put_back_again()
    {
        await LoadFirewallAsync();
        var rules = await RulesAsync();
        var both = new[] { Firewall, Bandwidth };
        var removal = string.Join('\n', both.Select(table => $"add table inet {table}\ndelete table inet {table}"));
        for (var pause = 0; pause < 40; pause += 5)
        {
            await NftAsync(removal);
            await Task.Delay(pause, Stop);
            await NftAsync(removal);
            await Deadline.UntilAsync(async () => await RulesAsync() == rules, $"all is as before, {pause} ms");
        }
    }

    [Fact]
    public async Task A_pod_that_starts_when_the_rules_have_gone_has_its_limit_as_those_before_it()
    {
        await LoadFirewallAsync();
        var limits = ResourceLimits.Small with { BandwidthBitsPerSecond = 77 * 8 * 1024 };
        var before = await StartAsync(ShellProgram.Script("sleep 1000"), limits);
        await NftAsync($"delete table inet {Firewall}\ndelete table inet {Bandwidth}");
        var after = await StartAsync(ShellProgram.Script("sleep 1000"), limits);
        await Deadline.UntilAsync(
            async () => await LimitsAsync() is var all
                && new[] { before, after }.All(pod => all.Contains($"{pod.Address} limit rate over 77 kbytes")),
            "the limits of both");
        foreach (var pod in new[] { before, after })
            await fixture.Runtime.RemoveAsync(pod.Id, Stop);
    }

    private async Task<string> RulesAsync() =>
        await NftAsync($"list table inet {Firewall}", "--stateless", "--terse")
        + await NftAsync($"list table inet {Bandwidth}", "--stateless", "--terse");

    private Task<string> LimitsAsync() => NftAsync($"list set inet {Bandwidth} sent");

    /// <summary>What it prints, or nothing if it fails.</summary>
    private static async Task<string> NftAsync(string commands, params string[] options)
    {
        var script = $"nft {string.Join(' ', options)} -f - << 'END'\n{commands}\nEND";
        var ran = await RunningProgram.RunAsync(new ProgramStart("sh", "-c", script));
        return ran.ExitCode == 0 ? ran.Output : "";
    }
}
