using Codius.Core.Leases;

namespace Codius.Testing.Leases;

/// <summary>The halves of a payer's standing.</summary>
public static class HostStoreExtensions
{
    // Of all zeroes: no test pays by it.
    private static readonly PayToken Unused = PayToken.TryParse(Convert.ToBase64String(new byte[16]), out var token)
        ? token
        : throw new InvalidOperationException();

    public static async Task<OperationRecord?> FindOperationAsync(
        this IHostStore store, PayToken token, CancellationToken cancellationToken) =>
        (await store.FindStandingAsync(token, null, cancellationToken)).Operation;

    public static async Task<CreditBalance?> FindCreditAsync(
        this IHostStore store, CreditId id, CancellationToken cancellationToken) =>
        (await store.FindStandingAsync(Unused, id, cancellationToken)).Credit;
}
