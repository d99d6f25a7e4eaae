namespace Codius.Conformance;

/// <summary>Pays what a 402 asks for, as ilp-fetch does.</summary>
public interface IPayer
{
    /// <summary>
    /// Opens the payment that a <c>Pay</c> header describes and returns when the host has opened its side: then the
    /// same request is sent again while the payment goes on. Disposing of it ends it.
    /// </summary>
    Task<IPayment> BeginAsync(string pay, CancellationToken cancellationToken);
}

public interface IPayment : IAsyncDisposable
{
    /// <summary>
    /// What was delivered, in the host's minor units, once nothing is on its way any more: the answer to a request may
    /// overtake the answer to the packet that it was paid with.
    /// </summary>
    Task<ulong> SettleAsync();
}
