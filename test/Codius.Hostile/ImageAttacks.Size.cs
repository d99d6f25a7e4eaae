using System.IO.Compression;
using Codius.Core;
using Codius.Hostile.Machines;
using Codius.Testing.Processes;
using Shouldly;
using Xunit;

namespace Codius.Hostile;

public abstract partial class ImageAttacks
{
    [Fact]
    public async Task A_small_layer_that_becomes_large_is_refused_before_it_is_unpacked()
    {
        const int Large = 64 * 1024 * 1024;
        var layer = Compress(HostileLayer.Of(HostileLayer.File("large", new string('\0', Large))));
        layer.Length.ShouldBeLessThan(1024 * 1024);
        await ShouldBeRefusedAsync("unpacked", layer);
        await UnpackNaivelyAsync(layer);
        new FileInfo(_naive + "/root/large").Length.ShouldBe(Large);
    }

    [Fact]
    public async Task A_few_bytes_that_say_they_are_a_terabyte_are_refused()
    {
        await RunningProgram.RunAsync(new ProgramStart(
            "sh", "-ec", "cd $0; truncate -s 1T sparse; tar --sparse -cf sparse.tar sparse; rm sparse", _naive));
        var layer = await File.ReadAllBytesAsync(_naive + "/sparse.tar", Stop);
        await ShouldBeRefusedAsync("sparse", layer);
        await UnpackNaivelyAsync(layer);
        new FileInfo(_naive + "/root/sparse").Length.ShouldBe(1L << 40);
    }

    [Fact]
    public async Task A_layer_of_very_many_files_is_refused_before_it_is_unpacked()
    {
        const int Many = 2000;
        var layer = HostileLayer.Of([.. Enumerable.Range(0, Many).Select(i => HostileLayer.File($"many/{i}", ""))]);
        await ShouldBeRefusedAsync("files", Compress(layer));
        await UnpackNaivelyAsync(layer);
        Directory.GetFiles(_naive + "/root/many").Length.ShouldBe(Many);
    }

    [Fact]
    public async Task An_image_of_thousands_of_layers_is_refused_before_one_is_fetched()
    {
        const int Many = 2000;
        var (image, layer) = Layered(Many);
        var failure = await FailureAsync(image, machine.Runtime);
        failure.Kind.ShouldBe(FailureKind.ImageRefused);
        failure.Message.ShouldContain($"{Many} layers");
        _registry.Requests.ShouldNotContain(path => path.EndsWith(layer.Digest));

        // More than any host takes, and not so many that it takes long.
        (image, layer) = Layered(200);
        (await PullUnaskedAsync(image)).ShouldContain(layer.Digest);
    }

    private (Descriptor Image, Descriptor LastLayer) Layered(int count)
    {
        var layers = Enumerable.Range(0, count).Select(_ => _registry.AddLayer(Unique("layer"))).ToList();
        return (_registry.AddManifest(_registry.AddConfig(layers, "true"), layers), layers[^1]);
    }

    /// <summary>By a host that takes little; nothing of it is left there.</summary>
    private async Task ShouldBeRefusedAsync(string why, byte[] layer)
    {
        await using var small = Strict();
        var failure = await FailureAsync(_registry.AddImage([layer], "true"), small);
        failure.Kind.ShouldBe(FailureKind.ImageRefused);
        failure.Blame.ShouldBe(Blame.Caller);
        failure.Message.ShouldContain(why);
        var downloads = machine.Options.RootDirectory + "/downloads";
        (Directory.Exists(downloads) ? Directory.GetFileSystemEntries(downloads) : []).ShouldBeEmpty();
    }

    private static byte[] Compress(byte[] layer)
    {
        var compressed = new MemoryStream();
        using (var gzip = new GZipStream(compressed, CompressionLevel.Fastest, leaveOpen: true))
            gzip.Write(layer);
        return compressed.ToArray();
    }
}
