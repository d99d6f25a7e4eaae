using Interledger.Accounts;
using Interledger.Addresses;
using Interledger.Ildcp;
using Interledger.Links;
using Interledger.Packets;
using Interledger.Payments;
using Interledger.Stream;
using Interledger.Tests.Btp;
using Shouldly;
using Xunit;

namespace Interledger.Tests.Accounts;

public sealed class IlpAccountTests
{
    private static readonly IlpAddress Address = IlpAddress.Parse("test.provider.alice");
    private static readonly AssetDetails Asset = new("ABC", 2);

    [Fact]
    public async Task A_BTP_URL_is_all_that_it_takes_to_have_an_account()
    {
        await using var provider = new BtpTestServer();
        provider.Link.OnPrepare(static (prepare, _) => Tell(prepare));
        var (account, problem) = await IlpAccount.ConnectAsync(UrlOf(provider, "secret"));
        problem.ShouldBeNull();
        await using var whenDone = account!;
        (account!.Address, account.Asset, account.Link.IsConnected).ShouldBe((Address, Asset, true));
    }

    [Fact]
    public async Task What_is_wrong_with_a_provider_is_told_without_the_secret()
    {
        await using var provider = new BtpTestServer();
        provider.Link.OnPrepare(static (_, _) => ValueTask.FromResult(IlpReply.Reject(IlpErrorCode.BadRequest)));
        (await IlpAccount.ConnectAsync("https://example.com")).Problem!.ShouldContain("btp+ws");
        var refused = await IlpAccount.ConnectAsync(UrlOf(provider, "another"));
        refused.Problem.ShouldNotBeNull().ShouldContain("AuthenticationRefused");
        refused.Problem.ShouldNotContain("another");
        (await IlpAccount.ConnectAsync(UrlOf(provider, "secret"))).Problem!.ShouldContain("F00");
        provider.Link.IsConnected.ShouldBeFalse();
    }

    [Fact]
    public async Task One_link_pays_and_is_paid_at_once()
    {
        var (left, right) = InMemoryLink.CreatePair();
        await using var alice = new IlpAccount(left, IlpAddress.Parse("test.alice"), Asset);
        await using var bob = new IlpAccount(right, IlpAddress.Parse("test.bob"), Asset);
        var received = await Task.WhenAll(PayAsync(alice, bob, 1000), PayAsync(bob, alice, 2000));
        received.ShouldBe([1000UL, 2000UL]);
    }

    [Fact]
    public async Task An_account_receives_with_one_secret_of_32_bytes()
    {
        var (link, _) = InMemoryLink.CreatePair();
        await using var account = new IlpAccount(link, Address, Asset);
        Should.Throw<ArgumentException>(() => account.Receive(static _ => { }, new byte[31]));
        account.Receive(static _ => { }, new byte[32]);
        Should.Throw<InvalidOperationException>(() => account.Receive(static _ => { }));
    }

    private static async Task<ulong> PayAsync(IlpAccount from, IlpAccount to, ulong amount)
    {
        var accepted = new TaskCompletionSource<StreamConnection>();
        var server = to.Receive(connection =>
        {
            connection.OnStream(static stream => stream.SetReceiveMax(ulong.MaxValue));
            accepted.SetResult(connection);
        });
        var (payment, failure) = await OutgoingPayment.QuoteAsync(
            from.Client, server.CreateCredentials(), PaymentAmount.FixedSource(amount));
        failure.ShouldBeNull();
        (await payment!.PayAsync()).IsCompleted.ShouldBeTrue();
        var connection = await accepted.Task;
        await connection.Completion.WaitAsync(TimeSpan.FromSeconds(30));
        return connection.TotalReceived;
    }

    private static string UrlOf(BtpTestServer provider, string secret) =>
        $"btp+ws://:{secret}@127.0.0.1:{provider.Port}";

    private static ValueTask<IlpReply> Tell(IlpPrepare prepare) => ValueTask.FromResult(
        IldcpRequest.Answer(prepare, new IldcpInfo(Address, Asset), IlpAddress.Parse("test.provider")));
}
