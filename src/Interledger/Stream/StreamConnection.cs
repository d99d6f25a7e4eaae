using Interledger.Addresses;

namespace Interledger.Stream;

/// <summary>
/// A STREAM connection (RFC 0029), the same type on both sides: streams of money and bytes between two endpoints that
/// share a secret. All members may be called from any thread.
/// </summary>
public sealed partial class StreamConnection
{
    private readonly StreamConnectionHome _home;
    private readonly Dictionary<ulong, MoneyStream> _streams = [];
    private readonly PeerStreamIds _peerStreams;
    private readonly SequenceWindow _sequences = new();
    private readonly ChangeSignal _changed = new();
    private TaskCompletionSource<StreamClosure>? _completion;
    private CancellationTokenSource? _ended;
    private Action<MoneyStream>? _onStream;
    private volatile MoneyHandler? _onMoney;
    private AssetDetails? _peerAsset;
    private ulong _nextStreamId;
    private ulong _peerMaxStreamId;
    private ulong _totalSent;
    private ulong _totalDelivered;
    private ulong _totalReceived;

    internal StreamConnection(
        StreamConnectionHome home,
        StreamKeys keys,
        bool isServer,
        IlpAddress localAddress,
        IlpAddress peerAddress,
        string tag)
    {
        _home = home;
        Keys = keys;
        IsServer = isServer;
        LocalAddress = localAddress;
        PeerAddress = peerAddress;
        Tag = tag;
        _peerStreams = new PeerStreamIds(!isServer, Options.MaxStreams);
        _nextStreamId = isServer ? 2UL : 1UL;
        _peerMaxStreamId = 2 * DefaultPeerMaxStreams;
        _addressToTell = !isServer;
        _congestion = new CongestionControl(Options.MaxPacketAmount, Options.MaxMoneyInFlight);
        _moneyBackoff = new Backoff(this);
        _otherBackoff = new Backoff(this);
        Touch();
    }

    /// <summary>Whether this is the side that was connected to.</summary>
    public bool IsServer { get; }

    /// <summary>The address of this side; for a server with the token of the connection.</summary>
    public IlpAddress LocalAddress { get; }

    /// <summary>The address of the other side; empty as long as a client has not told it.</summary>
    public IlpAddress PeerAddress { get; private set; }

    /// <summary>
    /// Of a server's connection: the tag in its address; empty if there is none. Anyone may have seen it.
    /// </summary>
    public string Tag { get; }

    /// <summary>What this side counts in.</summary>
    public AssetDetails Asset => _home.Asset;

    /// <summary>What the other side counts in, once it has said so.</summary>
    public AssetDetails? PeerAsset => Read(static connection => connection._peerAsset);

    /// <summary>
    /// Whether a server must not forget this connection to make room for others, although it never got money: because
    /// something is being done for it.
    /// </summary>
    public bool IsProtected { get; set; }

    /// <summary>
    /// Sends an empty packet when there was silence for this long. JavaScript peers give up after 60 seconds of it.
    /// Null, the default, sends none.
    /// </summary>
    public TimeSpan? KeepAlive
    {
        get => Read(static connection => connection._keepAlive);
        set
        {
            lock (Gate)
                _keepAlive = value;
        }
    }

    /// <summary>What was sent on all streams and fulfilled, in this side's units.</summary>
    public ulong TotalSent => Read(static connection => connection._totalSent);

    /// <summary>What arrived of it, in the peer's units.</summary>
    public ulong TotalDelivered => Read(static connection => connection._totalDelivered);

    /// <summary>What was received on all streams and accepted.</summary>
    public ulong TotalReceived => Read(static connection => connection._totalReceived);

    /// <summary>The exchange rate to the peer, once it was measured.</summary>
    public ExchangeRate? Rate => Read(static connection => connection._rate);

    /// <summary>Why nothing can be sent any more; null as long as it can.</summary>
    public StreamFailure? SendFailure => Read(static connection => connection.SendFailureUnderGate);

    /// <summary>Whether the connection has not ended.</summary>
    public bool IsOpen => Read(static connection => connection.Closure is null);

    /// <summary>The streams that are open.</summary>
    public IReadOnlyList<MoneyStream> Streams =>
        Read(static connection => connection._streams.Values.Where(stream => stream.Closure is null).ToArray());

    /// <summary>Ends when either side has closed the connection, or it was given up or forgotten.</summary>
    public Task<StreamClosure> Completion
    {
        get
        {
            lock (Gate)
            {
                _completion ??= new TaskCompletionSource<StreamClosure>(
                    TaskCreationOptions.RunContinuationsAsynchronously);
                if (Closure is not null)
                    _completion.TrySetResult(Closure);
                return _completion.Task;
            }
        }
    }

    /// <summary>Guards all state of the connection and of its streams. Nothing waits or calls out under it.</summary>
    internal Lock Gate { get; } = new();

    internal StreamKeys Keys { get; }

    internal StreamOptions Options => _home.Options;

    internal TimeProvider Time => _home.Time;

    internal StreamClosure? Closure { get; private set; }

    /// <summary>
    /// Sets who is told of the streams that the peer opens, before anything on them is looked at. It must not wait.
    /// </summary>
    public void OnStream(Action<MoneyStream> handler) => _onStream = handler;

    /// <summary>
    /// Sets who decides about money that arrives. Without one, all that streams may receive is accepted.
    /// </summary>
    public void OnMoney(MoneyHandler handler) => _onMoney = handler;

    /// <summary>Opens a stream.</summary>
    /// <exception cref="InvalidOperationException">
    /// The connection has ended, or the peer allows no more streams at once.
    /// </exception>
    public MoneyStream OpenStream() => OpenStream(sendMax: 0, receiveMax: 0);

    /// <summary>Opens a stream with limits, in this side's units, that the peer is told with its opening.</summary>
    /// <exception cref="InvalidOperationException">
    /// The connection has ended, or the peer allows no more streams at once.
    /// </exception>
    public MoneyStream OpenStream(ulong sendMax, ulong receiveMax)
    {
        lock (Gate)
        {
            var stream = AddStream(sendMax, receiveMax);
            RequestPump();
            return stream;
        }
    }

    /// <summary>The open stream with this number, if there is one.</summary>
    public MoneyStream? FindStream(ulong id)
    {
        lock (Gate)
            return _streams.TryGetValue(id, out var stream) && stream.Closure is null ? stream : null;
    }

    /// <inheritdoc/>
    public override string ToString() => $"{(IsServer ? LocalAddress : PeerAddress)}";

    private MoneyStream AddStream(ulong sendMax, ulong receiveMax)
    {
        if (Closure is not null)
            throw new InvalidOperationException("The connection has ended.");
        if (_nextStreamId > _peerMaxStreamId)
            throw new InvalidOperationException($"The peer allows no stream above {_peerMaxStreamId}.");
        var stream = new MoneyStream(this, _nextStreamId, sendMax, receiveMax) { LimitsToTell = true };
        _streams.Add(stream.Id, stream);
        _nextStreamId += 2;
        return stream;
    }

    private T Read<T>(Func<StreamConnection, T> read)
    {
        lock (Gate)
            return read(this);
    }
}
