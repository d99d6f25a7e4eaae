using Codius.Runtime.Containerd.Processes;

namespace Codius.Runtime.Containerd.Network;

/// <summary>
/// Other programs' firewalls. An accept in our table is not final: where another one drops what is forwarded, as those
/// of Docker and ufw do, pods have no Internet until it accepts what comes from them and goes to them. What our own
/// table drops stays dropped.
/// </summary>
internal sealed class ForeignChains(ContainerdOptions options)
{
    private readonly string _comment = "codius-" + options.Instance;

    /// <summary>Chains that drop what they do not know, and whether pods are accepted there.</summary>
    public async Task<IReadOnlyList<(ForeignChain Chain, bool Accepts)>> FindAsync(CancellationToken cancellationToken)
    {
        var chains = new List<(ForeignChain, bool)>();
        var listed = await RunAsync(["-j", "list", "chains"], cancellationToken);
        foreach (var chain in ForeignPolicies.Read(listed.Succeeded ? listed.Output : ""))
            chains.Add((chain, (await RulesInAsync(chain, cancellationToken)).Count > 0));
        return chains;
    }

    /// <summary>Has a chain accept pods' packets; false if it could not be changed.</summary>
    public async Task<bool> AcceptInAsync(ForeignChain chain, CancellationToken cancellationToken)
    {
        var inserted = await HostCommand.RunAsync(options.NftPath, ["-f", "-"], Rules(chain), cancellationToken);
        return inserted.Succeeded;
    }

    /// <summary>Takes away what was put into other programs' chains.</summary>
    public async Task LeaveAsync(CancellationToken cancellationToken)
    {
        foreach (var (chain, _) in await FindAsync(cancellationToken))
        {
            foreach (var handle in await RulesInAsync(chain, cancellationToken))
                await RunAsync(
                    ["delete", "rule", chain.Family, chain.Table, chain.Name, "handle", $"{handle}"],
                    cancellationToken);
        }
    }

    /// <summary>What an operator can do himself.</summary>
    public string Rules(ForeignChain chain) => $"""
        insert rule {chain} ip saddr {options.PodSubnet} accept comment "{_comment}"
        insert rule {chain} ip daddr {options.PodSubnet} accept comment "{_comment}"

        """;

    private async Task<IReadOnlyList<long>> RulesInAsync(ForeignChain chain, CancellationToken cancellationToken)
    {
        var listed = await RunAsync(
            ["-j", "-a", "list", "chain", chain.Family, chain.Table, chain.Name], cancellationToken);
        return listed.Succeeded ? ForeignPolicies.ReadRules(listed.Output, _comment) : [];
    }

    private Task<CommandResult> RunAsync(string[] arguments, CancellationToken cancellationToken) =>
        HostCommand.RunAsync(options.NftPath, arguments, input: null, cancellationToken);
}
