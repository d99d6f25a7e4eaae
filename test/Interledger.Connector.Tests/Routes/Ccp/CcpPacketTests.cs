using System.Buffers;
using FsCheck;
using FsCheck.Fluent;
using Interledger.Connector.Routes.Ccp;
using Shouldly;
using Xunit;

namespace Interledger.Connector.Tests.Routes.Ccp;

/// <summary>The values were serialized by ilp-protocol-ccp 1.2.3.</summary>
public sealed class CcpPacketTests
{
    private const int FuzzInputs = 20_000;

    private const string Control = "01bfd1e4a43b534f6e8c2f0102030405ff00000020010203666f6f03626172";

    private const string Update =
        "21e55f8eabcd4e979ab9bf0ff00a224c000000340000003200000034000075300d6578616d706c652e616c69636501020f6578616d706c65"
        + "2e7072656669783101020d6578616d706c652e616c6963650b6578616d706c652e626f620707070707070707070707070707070707070707"
        + "07070707070707070707070701000f6578616d706c652e7072656669783201010d6578616d706c652e616c69636509090909090909090909"
        + "090909090909090909090909090909090909090909090101d0010202686901020c6578616d706c652e676f6e650c6578616d706c652e6177"
        + "6179";

    [Fact]
    public void A_route_control_of_ilp_protocol_ccp_is_read()
    {
        CcpRouteControl.TryRead(Convert.FromHexString(Control), out var control).ShouldBeTrue();
        control.ShouldBe(new CcpRouteControl(CcpMode.Sync, Guid.Parse("bfd1e4a4-3b53-4f6e-8c2f-0102030405ff"), 32));
        Convert.ToHexStringLower(Bytes(control.Write)).ShouldBe(Control[..42] + "0100");
    }

    [Fact]
    public void A_route_update_of_ilp_protocol_ccp_is_read_and_written_without_its_properties()
    {
        CcpRouteUpdate.TryRead(Convert.FromHexString(Update), out var update).ShouldBeTrue();
        update.ShouldNotBeNull();
        update.Table.ShouldBe(Guid.Parse("21e55f8e-abcd-4e97-9ab9-bf0ff00a224c"));
        (update.CurrentEpoch, update.FromEpoch, update.ToEpoch).ShouldBe((52u, 50u, 52u));
        update.HoldDownMilliseconds.ShouldBe(30000u);
        update.Speaker.ShouldBe("example.alice");
        update.NewRoutes.Select(route => route.Prefix).ShouldBe(["example.prefix1", "example.prefix2"]);
        update.NewRoutes[0].Path.ShouldBe(["example.alice", "example.bob"]);
        update.NewRoutes[1].Auth.ToArray().ShouldBe(Enumerable.Repeat((byte)9, 32));
        update.WithdrawnRoutes.ShouldBe(["example.gone", "example.away"]);
        Convert.ToHexStringLower(Bytes(update.Write)).ShouldBe(Update.Replace("0101d00102026869", "0100"));
    }

    [Fact]
    public void What_is_written_is_read_again()
    {
        var text = Gen.Choose(0, 200).Select(length => new string('a', length));
        var routes = from prefix in text
                     from path in text.ListOf()
                     select new CcpRoute(prefix, path, new byte[32]);
        var updates = from epochs in Gen.Choose(0, int.MaxValue).Two()
                      from speaker in text
                      from news in routes.ListOf()
                      from gone in text.ListOf()
                      select new CcpRouteUpdate(
                          Guid.NewGuid(), 7, (uint)Math.Min(epochs.Item1, epochs.Item2),
                          (uint)Math.Max(epochs.Item1, epochs.Item2), 9, speaker, news, gone);
        Prop.ForAll(updates.ToArbitrary(), update =>
        {
            var written = Bytes(update.Write);
            return CcpRouteUpdate.TryRead(written, out var read) && Bytes(read!.Write).SequenceEqual(written);
        }).QuickCheckThrowOnFailure();
    }

    [Fact]
    public void No_octets_break_the_readers()
    {
        const int Seed = 20_260_101;
        var random = new Random(Seed);
        byte[][] seeds = [Convert.FromHexString(Control), Convert.FromHexString(Update)];
        for (var i = 0; i < FuzzInputs; i++)
        {
            var input = seeds[i % 2].ToArray();
            for (var changes = random.Next(1, 6); changes > 0; changes--)
                input[random.Next(input.Length)] = (byte)random.Next(256);
            input = input[..random.Next(input.Length + 1)];
            CcpRouteControl.TryRead(input, out _);
            CcpRouteUpdate.TryRead(input, out _);
        }
    }

    [Theory]
    [InlineData("88ffffffffffffffff")]
    [InlineData("08ffffffffffffffff")]
    public void A_count_of_what_is_not_there_costs_nothing(string count)
    {
        var head = Update[..(2 * (16 + 16 + 14))];
        CcpRouteUpdate.TryRead(Convert.FromHexString(head + count), out _).ShouldBeFalse();
    }

    private static byte[] Bytes(Action<IBufferWriter<byte>> write)
    {
        var writer = new ArrayBufferWriter<byte>();
        write(writer);
        return writer.WrittenSpan.ToArray();
    }
}
