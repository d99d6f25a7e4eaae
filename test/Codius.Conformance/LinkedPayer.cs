using Codius.Testing.Processes;
using Interledger;
using Interledger.Addresses;
using Interledger.Links;
using Interledger.Packets;
using Interledger.Stream;

namespace Codius.Conformance;

/// <summary>Pays by STREAM over a link in memory, as ilp-fetch does over a real one.</summary>
public sealed class LinkedPayer : IPayer
{
    private const ulong Enough = ulong.MaxValue / 2;
    private readonly IIlpLink _link;
    private readonly Lock _lock = new();
    private readonly List<StreamClient> _clients = [];
    private int _count;

    public LinkedPayer(IIlpLink link)
    {
        _link = link;
        link.OnPrepare(RouteAsync);
    }

    public async Task<IPayment> BeginAsync(string pay, CancellationToken cancellationToken)
    {
        var parts = pay.Split(' ');
        var client = new StreamClient(_link, new StreamClientOptions
        {
            Address = IlpAddress.Parse($"test.payer{Interlocked.Increment(ref _count)}"),
            Asset = new AssetDetails("XRP", 9),
        });
        lock (_lock)
            _clients.Add(client);
        var connection = client.Connect(
            new StreamCredentials(IlpAddress.Parse(parts[1]), Convert.FromBase64String(parts[2])));
        (await connection.OpenAsync(cancellationToken)).ShouldBeNull();
        var stream = connection.OpenStream();
        stream.SetSendMax(Enough);
        (await stream.ReadAsync(new byte[1], cancellationToken)).ShouldBe(1);
        return new Payment(client, stream);
    }

    private ValueTask<IlpReply> RouteAsync(IlpPrepare prepare, CancellationToken cancellationToken)
    {
        lock (_lock)
        {
            return _clients.FirstOrDefault(client => client.Owns(prepare))?.HandleAsync(prepare, cancellationToken)
                ?? ValueTask.FromResult(IlpReply.Reject(IlpErrorCode.Unreachable));
        }
    }

    private sealed class Payment(StreamClient client, MoneyStream stream) : IPayment
    {
        public async Task<ulong> SettleAsync()
        {
            await Deadline.UntilAsync(() => stream.Unanswered == 0, "the money should have been answered");
            return stream.TotalSent;
        }

        public ValueTask DisposeAsync() => client.DisposeAsync();
    }
}
