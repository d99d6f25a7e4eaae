using Codius.Core;
using Codius.Core.Leases;

namespace Codius.Host.Payments;

/// <summary>What a request that pays says of itself, and what the host knew of it when it came.</summary>
/// <param name="Digest">Of what is asked for; a token serves one such request for ever.</param>
/// <param name="Ended">How many operations had ended before the host looked into its store.</param>
internal sealed record PayingRequest(
    Outcome<PayToken> Token,
    Outcome<PayerSecrets> Brought,
    string Digest,
    PayerStanding Standing,
    long Ended);
