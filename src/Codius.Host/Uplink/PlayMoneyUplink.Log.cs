using System.Net;
using Interledger;

namespace Codius.Host.Uplink;

public sealed partial class PlayMoneyUplink
{
    [LoggerMessage(Level = LogLevel.Information,
        Message = "Play money in {Asset}: payers connect to btp+ws://:any-secret@{EndPoint}")]
    private partial void LogReady(IPEndPoint endPoint, AssetDetails asset);
}
