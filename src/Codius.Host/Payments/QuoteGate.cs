using Codius.Core.Leases;
using Codius.Host.Configuration;
using Codius.Host.Errors;
using Microsoft.Extensions.Options;

namespace Codius.Host.Payments;

/// <summary>
/// What stands before a quote. The published client needs the price at once; the last unpublished one needs a 402
/// first, since it learns the host's asset from the connection that follows. Their requests look alike, so the operator
/// says which of them his host is for.
/// </summary>
internal sealed class QuoteGate(ITill till, PaymentTag tags, PaymentGate gate, IOptions<HostOptions> options)
{
    /// <summary>True when the request was answered here and the quote has to wait.</summary>
    public async Task<bool> TryChallengeAsync(HttpContext context, string digest)
    {
        if (options.Value.QuoteMode == QuoteMode.Free)
            return false;
        if (!PayerHeaders.ReadToken(context.Request).Succeeded(out PayToken token, out var failure))
        {
            await ErrorResponse.WriteAsync(context, failure);
            return true;
        }

        var tag = tags.For(token, digest);
        if (till.IsConnected(tag))
            return false;
        await gate.ChallengeAsync(context, tag);
        return true;
    }
}
