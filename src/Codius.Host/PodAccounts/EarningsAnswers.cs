using System.Text.Json.Serialization;
using Codius.Core.Earnings;
using Codius.Host.Errors;

namespace Codius.Host.PodAccounts;

/// <summary>What a pod has earned for whoever asks. Amounts are in minor units.</summary>
internal sealed record EarningsAnswer(
    string ManifestHash, string? Payout, IReadOnlyList<EarningsAccountAnswer> Accounts);

/// <summary>
/// One asset: what is there, what is being paid out, what has been, and what was given back although it may have been
/// paid as well.
/// </summary>
internal sealed record EarningsAccountAnswer(
    EarningsAssetAnswer Asset,
    string? Address,
    string Balance,
    string UnderWay,
    string PaidOut,
    string InDoubt,
    string? Problem,
    IReadOnlyList<PayoutAnswer> Payouts);

internal sealed record EarningsAssetAnswer(string Code, int Scale);

internal sealed record PayoutAnswer(
    string At, string Payout, string State, string Amount, string Sent, string InDoubt, string? Problem);

[JsonSerializable(typeof(EarningsAnswer))]
internal sealed partial class EarningsJson : JsonSerializerContext
{
    public static EarningsJson Plain { get; } = new(PlainJson.CreateOptions());
}
