using Codius.Core.Checks;
using Codius.Host.Configuration;
using Codius.Host.Doctor.Checks;
using Interledger.Btp;
using Interledger.Ildcp;

namespace Codius.Host.Uplink;

/// <summary>
/// The way to Interledger: connects to the provider and asks for address and asset. While a codiusd runs, that is asked
/// instead, since a second connection of the same account would break the first.
/// </summary>
internal sealed class UplinkCheck(HostOptions host, RunningCodiusd running, TimeProvider time) : ICheck
{
    private const string Setting = "Codius:Uplink:BtpUrl (ILP_CREDENTIALS)";
    private static readonly TimeSpan ConnectsWithin = TimeSpan.FromSeconds(15);

    public string Name => "uplink";

    public async Task<Finding> RunAsync(CancellationToken cancellationToken)
    {
        if (host.Uplink.BtpUrl is not { } text)
            return host.Development
                ? Finding.Well("play money, since this is development mode")
                : Finding.Failed("no provider is named", $"set {Setting} to btp+ws://:secret@host:port");
        if (!BtpUrl.TryParse(text, out var url, out var problem))
            return Finding.Failed($"its URL cannot be used: {problem}", $"set {Setting} to btp+ws://:secret@host:port");
        if (await running.DescribeAsync(cancellationToken) is { } info)
            return info.Asset is { } asset
                ? Finding.Well(
                    $"the codiusd that runs is connected to {url}, in {asset.Code} with {asset.Scale} decimals")
                : Finding.Failed($"the codiusd that runs is not connected to {url}", "its log says why");
        return await ConnectAsync(url.Token.Length > 0 ? url : url.WithToken($"{Guid.NewGuid():N}"), cancellationToken);
    }

    private async Task<Finding> ConnectAsync(BtpUrl url, CancellationToken cancellationToken)
    {
        await using var client = new BtpClient(url, time: time);
        try
        {
            var status = await client.ConnectAsync(cancellationToken)
                .WaitAsync(ConnectsWithin, time, cancellationToken);
            if (status.State != BtpClientState.Connected)
                return Finding.Failed(
                    $"{url} cannot be connected: {status.LastEnd}",
                    $"see that the provider runs and knows this host, and {Setting}");
        }
        catch (TimeoutException)
        {
            return Finding.Failed(
                $"{url} does not answer within {ConnectsWithin.TotalSeconds} seconds",
                $"see that the provider runs, and {Setting}");
        }

        var learnt = await new IldcpClient(time).FetchAsync(client, cancellationToken);
        return learnt.Info is { } info
            ? Finding.Well(
                $"{url} gives the address {info.ClientAddress}, in {info.Asset.Code} with {info.Asset.Scale} decimals")
            : Finding.Failed(
                $"{url} is connected and tells no address: {learnt.Problem}",
                "see that the provider is connected to Interledger itself");
    }
}
