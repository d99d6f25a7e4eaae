using System.Text;
using Codius.Runtime.Containerd.Network;
using Shouldly;
using Xunit;

namespace Codius.Runtime.Containerd.Tests;

/// <summary>What the kernel sends of changes to nftables: linux/netlink.h, linux/netfilter/nf_tables.h.</summary>
[Trait("Suite", "runtime")]
public sealed class RulesetChangeTests
{
    private const int NewRule = 0x0a06;
    private const int DeleteTable = 0x0a02;
    private const int DeleteElement = 0x0a0e;
    private const int NewGeneration = 0x0a0f;

    [Fact]
    public void Names_the_tables_of_all_messages_but_those_about_elements()
    {
        var change = RulesetChange.Read(
            [.. Message(NewRule, "filter"), .. Message(DeleteTable, "codius"), .. Message(DeleteElement, "bandwidth"),
                .. Message(NewGeneration, "\0\0\0\u0001")]);
        change.Concerns("filter").ShouldBeTrue();
        change.Concerns("codius").ShouldBeTrue();
        change.Concerns("bandwidth").ShouldBeFalse();
        RulesetChange.Read(Message(DeleteElement, "bandwidth")).IsNone.ShouldBeTrue();
        RulesetChange.Read([]).IsNone.ShouldBeTrue();
    }

    [Fact]
    public void Newer_versions_of_nft_say_how_many_elements_there_are_which_is_no_change()
    {
        const string Listed = "table inet a {\n\tset b {\n\t\ttype ipv4_addr\n\t\tsize 1000000\n\t}\n}\n";
        Nftables.WithoutRemarks(Listed.Replace("1000000", "1000000\t# count 3")).ShouldBe(Listed);
        Nftables.WithoutRemarks(Listed.Replace("1000000", "1000000 # count 12")).ShouldBe(Listed);
        Nftables.WithoutRemarks(Listed).ShouldBe(Listed);
    }

    [Fact]
    public void Any_table_may_have_changed_by_what_cannot_be_read()
    {
        RulesetChange.Unknown.Concerns("codius").ShouldBeTrue();
        RulesetChange.Unknown.IsNone.ShouldBeFalse();
        RulesetChange.Read(Message(NewRule, "filter").AsSpan(0, 24)).Concerns("codius").ShouldBeTrue();
        RulesetChange.Read(new byte[16]).Concerns("codius").ShouldBeTrue();
    }

    [Fact]
    public void No_bytes_make_it_fail()
    {
        var random = new Random(1);
        for (var i = 0; i < 100_000; i++)
        {
            var message = Message(NewRule, "filter");
            message[random.Next(message.Length)] = (byte)random.Next();
            message[random.Next(message.Length)] = (byte)random.Next();
            RulesetChange.Read(message.AsSpan(0, random.Next(message.Length + 1)));
        }
    }

    // In the machine's own order of bytes, as netlink is.
    private static byte[] Message(int type, string table)
    {
        var name = Encoding.UTF8.GetBytes(table + "\0");
        var length = 16 + 4 + 4 + name.Length;
        var message = new byte[(length + 3) & ~3];
        BitConverter.TryWriteBytes(message, length);
        BitConverter.TryWriteBytes(message.AsSpan(4), (ushort)type);
        BitConverter.TryWriteBytes(message.AsSpan(20), (ushort)(4 + name.Length));
        BitConverter.TryWriteBytes(message.AsSpan(22), (ushort)1);
        name.CopyTo(message, 24);
        return message;
    }
}
