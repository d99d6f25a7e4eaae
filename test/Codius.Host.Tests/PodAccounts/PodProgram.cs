using System.Net;
using Codius.Host.Tests.Pods;
using Interledger;
using Interledger.Accounts;
using Interledger.Addresses;
using Interledger.Btp;
using Interledger.Links;
using Interledger.Packets;
using Interledger.Payments;
using Interledger.Stream;
using Shouldly;

namespace Codius.Host.Tests.PodAccounts;

/// <summary>What a program in a pod does: it connects to the door, pays and is paid.</summary>
internal sealed class PodProgram : IAsyncDisposable
{
    private readonly StreamServer _server;

    private PodProgram(IlpAccount account)
    {
        Account = account;
        _server = account.Receive(
            connection => connection.OnStream(stream => stream.SetReceiveMax(ulong.MaxValue)));
    }

    public IlpAccount Account { get; }

    public IlpAddress Address => Account.Address;

    /// <summary>As a program connects that has never heard of this host.</summary>
    public static async Task<PodProgram> ConnectAsync(SellingHost host, string secret = "anything")
    {
        var (account, problem) = await IlpAccount.ConnectAsync(
            $"btp+ws://:{secret}@{IPAddress.Loopback}:{host.Runtime.PortBehindDoor}");
        return new PodProgram(account ?? throw new InvalidOperationException(problem));
    }

    /// <summary>Somebody in the world pays this pod; how much has left him.</summary>
    public async Task<ulong> EarnAsync(SellingHost host, ulong amount) =>
        await PayAsync(NewClient(host.Link), _server.CreateCredentials(), amount);

    /// <summary>The pod pays somebody; how much has left it.</summary>
    public Task<ulong> SpendAsync(StreamCredentials payee, ulong amount) => PayAsync(Account.Client, payee, amount);

    public async ValueTask DisposeAsync() => await Account.DisposeAsync();

    private static StreamClient NewClient(IIlpLink link) => new(link, new StreamClientOptions
    {
        Address = IlpAddress.Parse("test.customer"),
        Asset = new AssetDetails("XRP", 9),
    });

    private static async Task<ulong> PayAsync(StreamClient client, StreamCredentials payee, ulong amount)
    {
        var (payment, failure) = await OutgoingPayment.QuoteAsync(client, payee, PaymentAmount.FixedSource(amount));
        payment.ShouldNotBeNull(failure?.Message);
        return (await payment.PayAsync()).Totals.Sent;
    }
}
