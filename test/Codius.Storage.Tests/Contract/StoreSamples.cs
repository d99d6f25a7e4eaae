using System.Globalization;
using System.Text;
using Codius.Core.Leases;
using Codius.Core.Ledger;
using Codius.Core.Manifests;
using Codius.Core.Pods;

namespace Codius.Storage.Tests.Contract;

/// <summary>Purchases and what belongs to them, each named by a number, at a time that stands still.</summary>
internal static class StoreSamples
{
    public static readonly DateTimeOffset Noon = new(2026, 3, 1, 12, 0, 0, TimeSpan.Zero);
    public static readonly Asset Xrp = new("XRP", 9);
    public static readonly RecordedAnswer Started = new(200, """{"url":"https://pod.example"}""");
    public static readonly RecordedAnswer Failed = new(503, """{"error":"the pod did not start"}""");

    public static PayToken Token(int number)
    {
        var bytes = new byte[16];
        BitConverter.TryWriteBytes(bytes, number);
        return PayToken.TryParse(Convert.ToBase64String(bytes), out var token)
            ? token
            : throw new InvalidOperationException("16 bytes are a token");
    }

    public static CreditId Credit(int number) =>
        CreditSecret.TryParse(number.ToString("d32", CultureInfo.InvariantCulture), out var secret)
            ? secret.Id
            : throw new InvalidOperationException("32 digits are a secret");

    public static CapabilityId Capability(int number) =>
        CapabilitySecret.TryParse(number.ToString("d32", CultureInfo.InvariantCulture), out var secret)
            ? secret.Id
            : throw new InvalidOperationException("32 digits are a secret");

    public static ManifestHash Manifest(int number) =>
        ManifestHash.OfCanonicalJson(Encoding.UTF8.GetBytes(number.ToString(CultureInfo.InvariantCulture)));

    public static string Digest(int number) => $"request {number}";

    public static PartPayment Part(int token, long amount, string packet = "part", int credit = 1) =>
        new(Token(token), Digest(token), packet, Credit(credit), Xrp, amount, Noon);

    /// <summary>A new pod for an hour from noon, at a price of 1000 that one packet brings.</summary>
    public static Purchase Start(int number) => Extension(number, number, Noon.AddHours(1)) with
    {
        Pod = new PodRecord(
            Manifest(number),
            new PodId(number.ToString("x16", CultureInfo.InvariantCulture)),
            """{"manifest":{}}""",
            [1, 2, 3],
            Noon,
            Noon.AddHours(1),
            Capability(number),
            Limits: ResourceLimits.Small.Times(2)),
    };

    public static Purchase StartOf(int manifest, int number) => Start(number) with
    {
        Manifest = Manifest(manifest),
        Pod = Start(number).Pod! with { Manifest = Manifest(manifest) },
    };

    /// <summary>One more hour, up to a moment, for a pod that runs.</summary>
    public static Purchase Extension(int number, int manifest, DateTimeOffset endsAt) => new(
        Token(number),
        Digest(number),
        null,
        Manifest(manifest),
        new Lease($"lease {number}", Xrp, 1000, 3600, endsAt),
        $"packet {number}",
        1000,
        Credit(number),
        0,
        Started,
        Noon,
        Capability(number),
        $"tag {number}");

    /// <summary>The same purchase at another price, by what the packet brings and what a credit gives.</summary>
    public static Purchase Paid(this Purchase purchase, long price, long packet, long credit = 0) => purchase with
    {
        Lease = purchase.Lease with { Price = price },
        PacketAmount = packet,
        SpentFromCredit = credit,
    };
}
