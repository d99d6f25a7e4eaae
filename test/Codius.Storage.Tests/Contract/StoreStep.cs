using Codius.Core.Leases;
using FsCheck;
using FsCheck.Fluent;

namespace Codius.Storage.Tests.Contract;

internal enum StepKind
{
    Part,
    Start,
    Extend,
    Void,
    VoidAll,
    End,
    Pause,
    Withdraw,
    Resume,
}

/// <summary>
/// One thing asked of a store, with so few tokens, credits, packets and pods that the steps get in each other's way.
/// </summary>
internal sealed record StoreStep(
    StepKind Kind, int Token, int Digest, int Packet, int Credit, int Pod, long Taken, int Minute)
{
    private const long Scale = 1_000_000_007;

    public static Gen<StoreStep> Any { get; } =
        from kind in Gen.Frequency(
            (6, Gen.Constant(StepKind.Part)),
            (5, Gen.Constant(StepKind.Start)),
            (5, Gen.Constant(StepKind.Extend)),
            (1, Gen.Constant(StepKind.Void)),
            (1, Gen.Constant(StepKind.VoidAll)),
            (2, Gen.Constant(StepKind.End)),
            (2, Gen.Constant(StepKind.Pause)),
            (3, Gen.Constant(StepKind.Withdraw)),
            (1, Gen.Constant(StepKind.Resume)))
        from token in Gen.Choose(0, 30)
        from digest in Gen.Frequency((9, Gen.Constant(0)), (1, Gen.Constant(1)))
        from packet in Gen.Choose(0, 60)
        from credit in Gen.Choose(0, 3)
        from pod in Gen.Choose(0, 3)
        from taken in Gen.OneOf(Gen.Constant(0), Gen.Choose(0, 20))
        from minute in Gen.Choose(-10, 300)
        select new StoreStep(kind, token, digest, packet, credit, pod, taken, minute);

    public DateTimeOffset At => StoreSamples.Noon.AddMinutes(Minute);

    public PayToken PayToken => StoreSamples.Token(Token);

    // What a packet brings depends on nothing but the packet; some bring nothing.
    private long PacketAmount => Packet % 7 == 0 ? 0 : Packet * Scale / 3;

    public PartPayment ToPart() => StoreSamples.Part(Token, PacketAmount, $"packet {Packet}", Credit) with
    {
        RequestDigest = StoreSamples.Digest(Digest),
        At = At,
    };

    /// <summary>A purchase that adds up: every third packet brings more than is needed.</summary>
    public Purchase ToPurchase(int serial)
    {
        var spent = Taken * Scale;
        var surplus = Packet % 3 == 0 ? PacketAmount / 5 : 0;
        var start = StoreSamples.Start(Pod);
        var endsAt = At.AddHours(1);
        return start with
        {
            Token = PayToken,
            RequestDigest = StoreSamples.Digest(Digest),
            Pod = Kind == StepKind.Start ? start.Pod! with { StartedAt = At, ExpiresAt = endsAt } : null,
            Lease = new Lease($"lease {serial}", StoreSamples.Xrp, PacketAmount + spent - surplus, 3600, endsAt),
            PacketKey = $"packet {Packet}",
            PacketAmount = PacketAmount,
            SpentCredit = StoreSamples.Credit(Credit),
            SpentFromCredit = spent,
            At = At,
            Capability = StoreSamples.Capability(Credit),
        };
    }
}
