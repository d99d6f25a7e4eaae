using Codius.Client.Payments;
using Interledger;
using Interledger.Addresses;
using Interledger.Btp;
using Interledger.Connector.PlayMoney;
using Interledger.Stream;
using Microsoft.AspNetCore.Http;

namespace Codius.Client.Tests.Testing;

/// <summary>
/// A host that really takes money: HTTP on one side, STREAM behind a connector with play money on the other. The payer
/// connects to that connector by BTP, as to any provider.
/// </summary>
internal sealed class PaidHost : IAsyncDisposable
{
    private readonly PlayMoneyConnector _connector;
    private readonly StreamServer _till;

    private PaidHost(PlayMoneyConnector connector, StreamServer till)
    {
        (_connector, _till) = (connector, till);
        _till.OnConnection(connection =>
        {
            connection.OnMoney((money, _) => Decide(money));
            connection.OnFirstMoney((_, _) => ValueTask.FromResult(First));
            connection.OnStream(stream =>
            {
                Stream.TrySetResult(stream);
                if (Greets)
                    _ = stream.WriteAsync(new byte[] { 0xff }).AsTask();
            });
        });
        _till.Listen();
    }

    public StandIn Http { get; private set; } = null!;

    /// <summary>The stream of the payment.</summary>
    public TaskCompletionSource<MoneyStream> Stream { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);

    /// <summary>Whether it says by a byte that it knows of the payment, as the original does.</summary>
    public bool Greets { get; set; } = true;

    /// <summary>What its 402 says is to be paid; null for one that says nothing.</summary>
    public string? Due { get; set; }

    /// <summary>How much it takes of what comes with the first packet.</summary>
    public ulong First { get; set; }

    /// <summary>What happens to money; by default all is taken.</summary>
    public Func<IncomingMoney, ValueTask<MoneyDecision>> Decide { get; set; } =
        _ => ValueTask.FromResult(MoneyDecision.Accept);

    /// <summary>What happens when the request comes again and the payment is there.</summary>
    public Func<MoneyStream, HttpContext, Task> Sell { get; set; } =
        (_, context) => HostScript.JsonAsync(context, HostScript.Pod);

    /// <summary>Asks for a price, waits for it, and gives the pod.</summary>
    public static Func<MoneyStream, HttpContext, Task> For(ulong price) => async (stream, context) =>
    {
        stream.SetReceiveMax(price);
        var paid = await stream.WaitForReceivedAsync(price, context.RequestAborted);
        await (paid ? HostScript.JsonAsync(context, HostScript.Pod) : HostScript.RefuseAsync(context, 402, "unpaid"));
    };

    public static async Task<PaidHost> StartAsync(string? address = null)
    {
        var connector = new PlayMoneyConnector(new PlayMoneyOptions());
        await connector.ListenAsync(CancellationToken.None);
        var options = new StreamServerOptions
        {
            Address = IlpAddress.Parse("test.codius.till"),
            Asset = new AssetDetails("XRP", 9),
            Secret = new byte[32],
        };
        var host = new PaidHost(connector, new StreamServer(connector.AddLocalChild("till"), options));
        var selling = HostScript.SellingAt(
            () => Instruction(host._till.CreateCredentials(), address),
            async context => await host.Sell(await host.Stream.Task.WaitAsync(context.RequestAborted), context));
        host.Http = await StandIn.StartAsync((context, asked) =>
        {
            if (host.Due is { } due)
                (context.Response.Headers["Pay-Early"], context.Response.Headers["Pay-Amount"]) = ("1", due);
            return selling(context, asked);
        });
        return host;
    }

    public IPayer CreatePayer()
    {
        BtpUrl.TryParse($"btp+ws://:{Guid.NewGuid():N}@127.0.0.1:{_connector.Port}", out var url, out _).ShouldBeTrue();
        return new StreamPayer(new BtpClient(url!));
    }

    /// <summary>The provider vanishes, with whatever was under way.</summary>
    public ValueTask BreakProviderAsync() => _connector.DisposeAsync();

    public async ValueTask DisposeAsync()
    {
        await Http.DisposeAsync();
        await _till.DisposeAsync();
        await _connector.DisposeAsync();
    }

    private static string Instruction(StreamCredentials credentials, string? address) =>
        $"interledger-stream {address ?? credentials.Address.Value} "
        + Convert.ToBase64String(credentials.SharedSecret.Span);
}
