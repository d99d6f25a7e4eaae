using Codius.Core.Checks;
using Codius.Runtime.Containerd.Network;

namespace Codius.Runtime.Containerd.Checks;

/// <summary>Other programs' firewalls that would keep pods from the Internet.</summary>
internal sealed class ForwardingCheck(ContainerdOptions options) : ICheck
{
    public string Name => "forwarding";

    public async Task<Finding> RunAsync(CancellationToken cancellationToken)
    {
        var foreign = new ForeignChains(options);
        var chains = await foreign.FindAsync(cancellationToken);
        if (chains.Count == 0)
            return Finding.Well("no other firewall drops what pods send");
        if (chains.FirstOrDefault(c => !c.Accepts).Chain is not { } chain)
            return Finding.Well($"pods are accepted in {string.Join(", ", chains.Select(c => c.Chain))}");
        var rules = string.Join("; ", foreign.Rules(chain).Split('\n', StringSplitOptions.RemoveEmptyEntries));
        return Finding.Warning(
            $"the firewall chain '{chain}' of another program drops what it does not know",
            "start codiusd, which puts its accepts there, anew whenever that program does; "
            + $"or do it yourself: nft '{rules}'");
    }
}
