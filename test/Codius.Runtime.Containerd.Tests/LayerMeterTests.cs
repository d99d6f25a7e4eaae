using System.Formats.Tar;
using System.IO.Compression;
using System.Text;
using Codius.Runtime.Containerd.Images;
using Shouldly;
using Xunit;

namespace Codius.Runtime.Containerd.Tests;

public sealed class LayerMeterTests
{
    private static readonly ImageLimits Limits = new(1 << 20, UnpackedBytes: 1 << 20, Files: 1000, Layers: 10);

    [Theory]
    [InlineData(TarEntryFormat.Gnu)]
    [InlineData(TarEntryFormat.Pax)]
    [InlineData(TarEntryFormat.Ustar)]
    [InlineData(TarEntryFormat.V7)]
    public async Task What_unpacking_makes_is_counted_in_every_format(TarEntryFormat format)
    {
        var tar = Archive(format, writer =>
        {
            Write(writer, Entry(format, TarEntryType.Directory, "d"));
            Write(writer, Entry(format, TarEntryType.RegularFile, "d/file", new byte[5000]));
            Write(writer, Entry(format, TarEntryType.RegularFile, "empty"));
            var link = Entry(format, TarEntryType.SymbolicLink, "link");
            link.LinkName = "d/file";
            Write(writer, link);
        });
        var meter = new LayerMeter(Limits);
        (await meter.MeasureAsync(new MemoryStream(tar), default)).ShouldBeNull();
        (await meter.MeasureAsync(new MemoryStream(Compress(tar)), default)).ShouldBeNull();
        meter.UnpackedBytes.ShouldBe(2 * 8192);
    }

    [Fact]
    public void A_name_that_needs_a_header_of_its_own_is_counted_once()
    {
        foreach (var format in new[] { TarEntryFormat.Gnu, TarEntryFormat.Pax })
        {
            var meter = new TarMeter();
            var tar = Archive(format, writer =>
                Write(writer, Entry(format, TarEntryType.RegularFile, new string('n', 300), new byte[10])));
            meter.TryTake(tar).ShouldBeTrue();
            (meter.Entries, meter.Bytes).ShouldBe((1, 4096));
        }
    }

    [Fact]
    public async Task A_little_that_becomes_much_is_refused_before_it_has_become_that()
    {
        var bomb = LayeredImage.Zeros(1L << 30);
        bomb.Length.ShouldBeLessThan(20_000_000);
        (await MeasureAsync(bomb)).ShouldNotBeNull().ShouldContain("more than 1048576 bytes");
    }

    [Fact]
    public async Task Many_small_layers_are_counted_together()
    {
        var meter = new LayerMeter(Limits);
        var layer = LayeredImage.Zeros(300_000);
        for (var i = 0; i < 3; i++)
            (await meter.MeasureAsync(new MemoryStream(layer), default)).ShouldBeNull();
        (await meter.MeasureAsync(new MemoryStream(layer), default)).ShouldNotBeNull();
    }

    [Theory]
    [InlineData(TarEntryType.BlockDevice, 8, 0)]
    [InlineData(TarEntryType.BlockDevice, 1, 3)]
    [InlineData(TarEntryType.CharacterDevice, 1, 1)]
    [InlineData(TarEntryType.CharacterDevice, 10, 232)]
    public async Task A_device_of_the_machine_is_refused(TarEntryType type, int major, int minor) =>
        (await MeasureAsync(LayeredImage.Layer(tar => tar.WriteEntry(
            new GnuTarEntry(type, "dev/x") { DeviceMajor = major, DeviceMinor = minor }))))
        .ShouldNotBeNull().ShouldContain("a device");

    [Theory]
    [InlineData(0, 0)]
    [InlineData(1, 3)]
    [InlineData(1, 9)]
    [InlineData(5, 2)]
    public async Task A_device_that_is_everywhere_is_taken(int major, int minor) =>
        (await MeasureAsync(LayeredImage.Layer(tar => tar.WriteEntry(
            new GnuTarEntry(TarEntryType.CharacterDevice, "dev/x") { DeviceMajor = major, DeviceMinor = minor }))))
        .ShouldBeNull();

    [Fact]
    public async Task Many_empty_files_are_refused() =>
        (await MeasureAsync(LayeredImage.Layer(tar =>
        {
            for (var i = 0; i <= 1000; i++)
                LayeredImage.Add(tar, $"{i}", []);
        }))).ShouldNotBeNull().ShouldContain("more than 1000 files");

    [Theory]
    [InlineData('S', "")]
    [InlineData('x', "22 GNU.sparse.major=1\n")]
    [InlineData('g', "12 size=500\n")]
    [InlineData('x', "12 size=-50\n")]
    [InlineData('x', "99 size=500\n")]
    [InlineData('x', "nonsense")]
    [InlineData('V', "")]
    public async Task What_readers_could_take_differently_is_refused(char type, string description) =>
        (await MeasureAsync(Header(type, Encoding.ASCII.GetBytes(description)))).ShouldNotBeNull()
            .ShouldContain("no plain tar archive");

    [Theory]
    [InlineData("xx0")]
    [InlineData("xg0")]
    [InlineData("xLx0")]
    [InlineData("x\0")]
    [InlineData("L\0")]
    public void Descriptions_that_readers_could_take_differently_are_refused(string types)
    {
        var meter = new TarMeter();
        types.All(type => meter.TryTake(Header(type, type is '0' or '\0' ? [] : Description(type)))).ShouldBeFalse();
    }

    [Fact]
    public void The_name_of_a_file_of_the_oldest_kind_may_not_end_in_its_prefix()
    {
        var header = Header('\0', new byte[10]);
        header.AsSpan(0, 4).Clear();
        new TarMeter().TryTake(header).ShouldBeFalse();
    }

    [Fact]
    public async Task A_size_that_a_description_names_is_the_one_that_counts()
    {
        var file = Header('0', []);
        (await MeasureAsync([.. Header('x', "16 size=2000000\n"u8.ToArray()), .. file])).ShouldNotBeNull()
            .ShouldContain("more than");
    }

    [Fact]
    public async Task A_description_that_is_longer_than_anybody_needs_is_refused()
    {
        var header = Header('L', []);
        Encoding.ASCII.GetBytes("00077777777\0").CopyTo(header, 124);
        (await MeasureAsync(header)).ShouldNotBeNull();
    }

    [Fact]
    public async Task All_parts_of_what_was_compressed_in_parts_are_counted()
    {
        // Wherever one part ends in the pieces that are read: a reader that stopped there would see a small layer.
        var bomb = LayeredImage.Zeros(2 << 20);
        for (var length = 8_100; length < 8_300; length++)
        {
            byte[] parts = [.. Stored(length), .. bomb];
            (await MeasureAsync(parts)).ShouldNotBeNull().ShouldContain("more than 1048576 bytes");
        }
    }

    [Fact]
    public async Task Zstd_is_refused_by_its_name() =>
        (await MeasureAsync([0x28, 0xb5, 0x2f, 0xfd, 0, 0])).ShouldNotBeNull().ShouldContain("zstd");

    [Fact]
    public async Task What_is_not_compressed_as_it_says_is_refused() =>
        (await MeasureAsync([0x1f, 0x8b, 8, 0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11])).ShouldNotBeNull();

    [Fact]
    public void Any_bytes_in_any_pieces_are_read_without_harm()
    {
        var random = new Random(3);
        var sample = Archive(TarEntryFormat.Pax, writer =>
        {
            for (var i = 0; i < 5; i++)
                Write(
                    writer,
                    Entry(TarEntryFormat.Pax, TarEntryType.RegularFile, new string('a', i * 60), new byte[i * 700]));
        });
        for (var i = 0; i < 5_000; i++)
        {
            var bytes = (byte[])sample.Clone();
            for (var change = random.Next(6); change > 0; change--)
                bytes[random.Next(bytes.Length)] = (byte)random.Next(256);
            var meter = new TarMeter();
            for (var at = 0; at < bytes.Length;)
            {
                var length = Math.Min(1 + random.Next(2000), bytes.Length - at);
                if (!meter.TryTake(bytes.AsSpan(at, length)))
                    break;
                at += length;
            }

            meter.Bytes.ShouldBeGreaterThanOrEqualTo(0);
        }
    }

    private static Task<string?> MeasureAsync(byte[] layer) =>
        new LayerMeter(Limits).MeasureAsync(new MemoryStream(layer), default);

    private static byte[] Description(char type) =>
        Encoding.ASCII.GetBytes(type == 'L' ? "directory/\0" : "11 size=50\n");

    private static byte[] Header(char type, byte[] content)
    {
        var block = new byte[512];
        "name"u8.CopyTo(block);
        Encoding.ASCII.GetBytes(Convert.ToString(content.Length, 8).PadLeft(11, '0') + "\0").CopyTo(block, 124);
        block[156] = (byte)type;
        return content.Length == 0 ? block : [.. block, .. content, .. new byte[512 - content.Length]];
    }

    private static byte[] Archive(TarEntryFormat format, Action<TarWriter> write)
    {
        var tar = new MemoryStream();
        using (var writer = new TarWriter(tar, format, leaveOpen: true))
            write(writer);
        return tar.ToArray();
    }

    private static TarEntry Entry(TarEntryFormat format, TarEntryType type, string name, byte[]? content = null)
    {
        name = name.Length == 0 ? "none" : name;
        if (format == TarEntryFormat.V7 && type == TarEntryType.RegularFile)
            type = TarEntryType.V7RegularFile;
        TarEntry entry = format switch
        {
            TarEntryFormat.Gnu => new GnuTarEntry(type, name),
            TarEntryFormat.Pax => new PaxTarEntry(type, name),
            TarEntryFormat.Ustar => new UstarTarEntry(type, name),
            _ => new V7TarEntry(type, name),
        };
        if (content is not null)
            entry.DataStream = new MemoryStream(content);
        return entry;
    }

    private static void Write(TarWriter writer, TarEntry entry) => writer.WriteEntry(entry);

    /// <summary>A compressed file of no content that is so many bytes long, for the name that it has.</summary>
    private static byte[] Stored(int length)
    {
        const byte HasName = 8;
        var file = new byte[length];
        byte[] header = [0x1f, 0x8b, 8, HasName, 0, 0, 0, 0, 0, 255];
        byte[] end = [0x03, 0, 0, 0, 0, 0, 0, 0, 0, 0];
        header.CopyTo(file, 0);
        file.AsSpan(header.Length, length - header.Length - end.Length - 1).Fill((byte)'n');
        end.CopyTo(file, length - end.Length);
        return file;
    }

    private static byte[] Compress(byte[] tar)
    {
        var compressed = new MemoryStream();
        using (var gzip = new GZipStream(compressed, CompressionLevel.Fastest, leaveOpen: true))
            gzip.Write(tar);
        return compressed.ToArray();
    }
}
