using System.Diagnostics;
using System.Diagnostics.Metrics;
using Interledger.Packets;

namespace Interledger.Connector;

/// <summary>
/// What a connector counts, under one meter. Tags never come from strangers: error codes that RFC 0027 does not know are
/// counted as <c>other</c>.
/// <list type="table">
/// <item><term>ilp.connector.packets</term><description>Prepares answered; <c>result</c> is <c>fulfilled</c> or the
/// error code, <c>by</c> is <c>connector</c> for rejections of its own, else <c>peer</c>; <c>account</c> is the one it
/// came from.</description></item>
/// <item><term>ilp.connector.duration</term><description>Seconds from a Prepare to its answer.</description></item>
/// <item><term>ilp.connector.outstanding</term><description>Prepares under way.</description></item>
/// </list>
/// </summary>
public sealed class ConnectorMetrics : IDisposable
{
    /// <summary>The name of the meter.</summary>
    public const string MeterName = "Interledger.Connector";

    private static readonly HashSet<IlpErrorCode> Known =
    [
        IlpErrorCode.BadRequest, IlpErrorCode.InvalidPacket, IlpErrorCode.Unreachable, IlpErrorCode.InvalidAmount,
        IlpErrorCode.InsufficientDestinationAmount, IlpErrorCode.WrongCondition, IlpErrorCode.UnexpectedPayment,
        IlpErrorCode.CannotReceive, IlpErrorCode.AmountTooLarge, IlpErrorCode.ApplicationError,
        IlpErrorCode.InternalError, IlpErrorCode.PeerUnreachable, IlpErrorCode.PeerBusy, IlpErrorCode.ConnectorBusy,
        IlpErrorCode.InsufficientLiquidity, IlpErrorCode.RateLimited, IlpErrorCode.TemporaryApplicationError,
        IlpErrorCode.TransferTimedOut, IlpErrorCode.InsufficientSourceAmount, IlpErrorCode.InsufficientTimeout,
        IlpErrorCode.RelativeApplicationError,
    ];

    private readonly Meter _meter;
    private readonly Counter<long> _packets;
    private readonly Histogram<double> _duration;
    private readonly UpDownCounter<long> _outstanding;

    /// <summary>Makes the instruments, with a factory's meter or one of its own.</summary>
    public ConnectorMetrics(IMeterFactory? meters = null)
    {
        _meter = meters?.Create(MeterName) ?? new Meter(MeterName);
        _packets = _meter.CreateCounter<long>("ilp.connector.packets", "{packet}", "Prepares answered");
        _duration = _meter.CreateHistogram<double>("ilp.connector.duration", "s", "Time to the answer");
        _outstanding = _meter.CreateUpDownCounter<long>("ilp.connector.outstanding", "{packet}", "Prepares under way");
    }

    internal Meter Meter => _meter;

    /// <summary>Whether anybody looks; if not, there is nothing to measure.</summary>
    internal bool IsWatched => _packets.Enabled || _duration.Enabled || _outstanding.Enabled;

    /// <inheritdoc/>
    public void Dispose() => _meter.Dispose();

    internal void Begin() => _outstanding.Add(1);

    internal void End() => _outstanding.Add(-1);

    internal void Answered(string account, IlpReply reply, bool byConnector, TimeSpan took)
    {
        var tags = new TagList
        {
            { "account", account },
            { "result", reply.IsFulfill ? "fulfilled" : Known.Contains(reply.Code) ? reply.Code.ToString() : "other" },
            { "by", byConnector ? "connector" : "peer" },
        };
        _packets.Add(1, tags);
        _duration.Record(took.TotalSeconds, tags);
    }
}
