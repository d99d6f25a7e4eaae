using System.Buffers.Text;
using System.Text;
using Codius.Core.Leases;
using Codius.Host.Secrets;

namespace Codius.Host.Payments;

/// <summary>
/// The part of a payment address that names the operation: the token, which connectors may read, and a binding to the
/// request that the 402 answered. With it a connection pays only for the request that it was made for: somebody who
/// has seen a token on the way cannot have his own request paid by its owner. Nothing has to be remembered for that.
/// </summary>
internal sealed class PaymentTag(HostKey key)
{
    private const int BindingLength = 12;

    /// <param name="token">The operation.</param>
    /// <param name="requestDigest">The request.</param>
    /// <param name="credit">The credit that the payer brings: nobody can put another one in its place.</param>
    /// <param name="capability">The capability that he brings, likewise.</param>
    public string For(
        PayToken token, string requestDigest, CreditId? credit = null, CapabilityId? capability = null)
    {
        var bound = $"{token.Hex} {requestDigest} {credit?.Hex} {capability?.Hex}";
        var mac = key.Authenticate("payment binding", Encoding.ASCII.GetBytes(bound));
        return token.Hex + "-" + Base64Url.EncodeToString(mac.AsSpan(0, BindingLength));
    }
}
