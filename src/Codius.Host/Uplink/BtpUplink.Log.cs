using Interledger;
using Interledger.Addresses;
using Interledger.Btp;

namespace Codius.Host.Uplink;

public sealed partial class BtpUplink
{
    private BtpDisconnect? _toldLast;

    // A provider that stays away is told of once, and again when the reason changes.
    private void TellFailure(BtpDisconnect end, BtpClientStatus status)
    {
        if (end == _toldLast && status.Failures > 1)
            LogStillNotConnected(_url, end, status.Failures);
        else
            LogNotConnected(_url, end);
        _toldLast = end;
    }

    [LoggerMessage(Level = LogLevel.Information, Message = "Uplink {Provider} is ready: {Address}, {Asset}")]
    private partial void LogReady(BtpUrl provider, IlpAddress address, AssetDetails asset);

    [LoggerMessage(Level = LogLevel.Warning, Message = "Uplink {Provider} is not connected ({End}); trying again")]
    private partial void LogNotConnected(BtpUrl provider, BtpDisconnect end);

    [LoggerMessage(Level = LogLevel.Debug,
        Message = "Uplink {Provider} is still not connected ({End}) after {Failures} attempts")]
    private partial void LogStillNotConnected(BtpUrl provider, BtpDisconnect end, int failures);

    [LoggerMessage(Level = LogLevel.Warning,
        Message = "Uplink {Provider} does not tell address and asset ({Problem}); asking again")]
    private partial void LogNotLearnt(BtpUrl provider, string? problem);

    [LoggerMessage(Level = LogLevel.Error,
        Message = "The uplink's asset was {Before} and is {Now}: prices and credits in the old one no longer fit")]
    private partial void LogAssetChanged(AssetDetails before, AssetDetails now);
}
