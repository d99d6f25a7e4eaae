using System.Buffers;
using Interledger.Oer;
using Shouldly;
using Xunit;

namespace Interledger.Tests.Oer;

public sealed class OerTests
{
    [Theory]
    [InlineData(0UL, "0100")]
    [InlineData(1UL, "0101")]
    [InlineData(255UL, "01ff")]
    [InlineData(256UL, "020100")]
    [InlineData(0xffffffUL, "03ffffff")]
    [InlineData(0x1000000UL, "0401000000")]
    [InlineData(ulong.MaxValue, "08ffffffffffffffff")]
    public void Integers_take_as_few_octets_as_they_can(ulong value, string hex)
    {
        var writer = new ArrayBufferWriter<byte>();
        writer.WriteVarUInt(value);
        Convert.ToHexStringLower(writer.WrittenSpan).ShouldBe(hex);
        OerWriter.SizeOfVarUInt(value).ShouldBe(writer.WrittenCount);
        var reader = new OerReader(writer.WrittenSpan);
        reader.TryReadVarUInt(out var read).ShouldBeTrue();
        read.ShouldBe(value);
        reader.IsAtEnd.ShouldBeTrue();
    }

    [Theory]
    [InlineData("03000001", 1UL)] // zeros before it
    [InlineData("09010000000000000000", ulong.MaxValue)] // more than 64 bits
    [InlineData("0a00000000000000000005", 5UL)]
    [InlineData("8107ffffffffffffff", 0xffffffffffffffUL)] // a long form of a short length
    public void Integers_are_read_in_every_form(string hex, ulong value)
    {
        var reader = new OerReader(Convert.FromHexString(hex));
        reader.TryReadVarUInt(out var read).ShouldBeTrue();
        read.ShouldBe(value);
    }

    [Theory]
    [InlineData("")]
    [InlineData("00")] // no octets
    [InlineData("0201")] // cut off
    [InlineData("80")] // a length of no octets
    [InlineData("82ff")] // a length that is cut off
    [InlineData("84ffffffff")] // longer than anything
    [InlineData("88ffffffffffffffff00")]
    [InlineData("85010000000000")]
    public void What_is_no_integer_is_refused_and_the_position_stays(string hex)
    {
        var reader = new OerReader(Convert.FromHexString(hex));
        reader.TryReadVarUInt(out _).ShouldBeFalse();
        reader.Position.ShouldBe(0);
    }

    [Theory]
    [InlineData(0, "00")]
    [InlineData(127, "7f")]
    [InlineData(128, "8180")]
    [InlineData(255, "81ff")]
    [InlineData(256, "820100")]
    [InlineData(70000, "83011170")]
    public void Octet_strings_have_their_length_before_them(int length, string prefix)
    {
        var octets = new byte[length];
        Array.Fill(octets, (byte)7);
        var writer = new ArrayBufferWriter<byte>();
        writer.WriteVarOctets(octets);
        writer.WrittenCount.ShouldBe(OerWriter.SizeOfVarOctets(length));
        Convert.ToHexStringLower(writer.WrittenSpan[..(prefix.Length / 2)]).ShouldBe(prefix);
        var reader = new OerReader(writer.WrittenSpan);
        reader.TryReadVarOctets(out var read).ShouldBeTrue();
        read.SequenceEqual(octets).ShouldBeTrue();
    }

    [Fact]
    public void Fixed_integers_are_big_endian()
    {
        var writer = new ArrayBufferWriter<byte>();
        writer.WriteUInt8(1);
        writer.WriteUInt16(0x0203);
        writer.WriteUInt32(0x04050607);
        writer.WriteUInt64(0x08090a0b0c0d0e0f);
        Convert.ToHexStringLower(writer.WrittenSpan).ShouldBe("0102030405060708090a0b0c0d0e0f");
        var reader = new OerReader(writer.WrittenSpan);
        reader.TryReadUInt8(out var one).ShouldBeTrue();
        reader.TryReadUInt16(out var two).ShouldBeTrue();
        reader.TryReadUInt32(out var four).ShouldBeTrue();
        reader.TryReadUInt64(out var eight).ShouldBeTrue();
        (one, two, four, eight).ShouldBe(((byte)1, (ushort)0x0203, 0x04050607u, 0x08090a0b0c0d0e0fUL));
        reader.TryReadUInt8(out _).ShouldBeFalse();
    }

    [Fact]
    public void Any_octets_are_read_or_refused_but_never_throw()
    {
        var random = new Random(1);
        for (var round = 0; round < 100_000; round++)
        {
            var octets = new byte[random.Next(24)];
            random.NextBytes(octets);
            var reader = new OerReader(octets);
            reader.TryReadVarUInt(out _);
            reader.TryReadVarOctets(out _);
            reader.TryReadUInt16(out _);
            reader.Position.ShouldBeLessThanOrEqualTo(octets.Length);
        }
    }
}
