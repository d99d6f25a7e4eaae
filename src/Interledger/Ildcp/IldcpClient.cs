using Interledger.Links;

namespace Interledger.Ildcp;

/// <summary>What came of asking a parent: its answer, or why there is none.</summary>
/// <param name="Info">The answer.</param>
/// <param name="Problem">Why there is none, for a person.</param>
public readonly record struct IldcpResult(IldcpInfo? Info, string? Problem);

/// <summary>Asks a parent for address and asset (RFC 0031).</summary>
/// <param name="time">The clock, or the system's.</param>
public sealed class IldcpClient(TimeProvider? time = null)
{
    private readonly TimeProvider _time = time ?? TimeProvider.System;

    /// <summary>How long a request may take.</summary>
    public TimeSpan Timeout { get; init; } = TimeSpan.FromSeconds(10);

    /// <summary>How often to ask, as long as the answer is one that may change.</summary>
    public int Attempts { get; init; } = 3;

    /// <summary>The pause between two attempts.</summary>
    public TimeSpan Pause { get; init; } = TimeSpan.FromMilliseconds(500);

    /// <summary>Asks until there is an answer, a final refusal, or no attempt left.</summary>
    public async Task<IldcpResult> FetchAsync(IIlpLink link, CancellationToken cancellationToken)
    {
        for (var attempt = 1; ; attempt++)
        {
            var reply = await link.SendAsync(IldcpRequest.Create(_time.GetUtcNow() + Timeout), cancellationToken);
            if (IldcpInfo.TryRead(reply, out var info))
                return new IldcpResult(info, null);
            if (reply.IsFulfill)
                return new IldcpResult(null, "the answer to the ILDCP request cannot be read");
            if (reply.Code.IsFinal || attempt >= Attempts)
                return new IldcpResult(null, $"ILDCP request rejected: {reply.Code} {PeerText.OneLine(reply.Message)}");
            await Task.Delay(Pause, _time, cancellationToken);
        }
    }
}
