using System.Net;
using Interledger.Accounts;
using Interledger.Connector.Listeners;
using Interledger.Spsp;
using Interledger.Stream;
using Shouldly;

namespace Codius.EndToEnd.Clients;

/// <summary>Somebody with an account at a provider and an SPSP endpoint, who takes what he is paid.</summary>
internal sealed class Payee : IAsyncDisposable
{
    private readonly IlpAccount _account;
    private readonly StreamServer _server;
    private readonly PrivateListener _listener;
    private long _received;

    private Payee(IlpAccount account, StreamServer server, PrivateListener listener) =>
        (_account, _server, _listener) = (account, server, listener);

    public string Url => new Uri(_listener.Url, "/alice").ToString();

    public long Received => Interlocked.Read(ref _received);

    public static async Task<Payee> StartAsync(string btpUrl)
    {
        var (account, problem) = await IlpAccount.ConnectAsync(btpUrl);
        account.ShouldNotBeNull(problem);
        Payee? payee = null;
        var server = account.Receive(connection =>
        {
            connection.OnStream(stream => stream.SetReceiveMax(ulong.MaxValue));
            connection.OnMoney((money, _) =>
            {
                Interlocked.Add(ref payee!._received, (long)money.PacketAmount);
                return ValueTask.FromResult(MoneyDecision.Accept);
            });
        });
        var listener = await PrivateListener.StartAsync(
            IPAddress.Loopback, 0, app => app.MapSpsp("/alice", new SpspServer(server)));
        return payee = new Payee(account, server, listener);
    }

    /// <summary>An address and a secret for one payer.</summary>
    public StreamCredentials CreateCredentials() => _server.CreateCredentials();

    public async ValueTask DisposeAsync()
    {
        await _listener.DisposeAsync();
        await _account.DisposeAsync();
    }
}
