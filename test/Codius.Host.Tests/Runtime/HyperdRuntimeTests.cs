using System.Net.Sockets;
using System.Text;
using Codius.Core;
using Codius.Core.Manifests;
using Codius.Core.Pods;
using Codius.Host.Doctor;
using Codius.Host.Runtime;
using Codius.Host.Runtime.Hyperd;
using Codius.Testing.Processes;
using Microsoft.Extensions.Logging.Abstractions;

namespace Codius.Host.Tests.Runtime;

public sealed class HyperdRuntimeTests
{
    private const string Digest = "sha256:3e2ffcf0edca2a4e9b24ca442d227baea7b7f0e33ad654ef1eb806fbd9bedcf0";

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Hyperd_is_asked_as_the_original_host_asked_it()
    {
        await using var server = await HyperdServer.StartAsync();
        await using var runtime = new HyperdPodRuntime(
            new HyperOptions { Socket = server.Socket }, TimeProvider.System);
        var spec = Spec();
        var id = $"{spec.Manifest}-{spec.Id}";
        (await runtime.PullAsync(spec.Containers[0].Image, Stop)).Failure.ShouldBeNull();
        (await runtime.CreateAsync(spec, Stop)).Failure.ShouldBeNull();
        (await runtime.StartAsync(spec.Id, Stop)).Failure.ShouldBeNull();
        await foreach (var _ in runtime.ReadLogsAsync(spec.Id, new LogQuery(), Stop))
        {
        }

        await runtime.RemoveAsync(spec.Id, Stop);
        server.Requests.Distinct().ShouldBe(
        [
            $"POST /image/create?imageName=codius%2Fhello@{Digest}",
            "GET /list?item=pod",
            $$"""
            POST /pod/create
            {"id":"{{id}}","resource":{"vcpu":1,"memory":512},"containers":[{"name":"{{id}}__app","image":"codius/hello@{{Digest}}","command":["sh","-c","x"],"workdir":"/root","envs":[{"env":"CODIUS_MANIFEST","value":"{\"name\":\"fixture\"}"}]},{"name":"{{id}}__web","image":"nginx@{{Digest}}","envs":[]}]}
            """,
            $"GET /pod/info?podName={id}",
            $"POST /pod/start?podId={id}",
            $"GET /container/logs?container={id}-c0&stdout=true&stderr=true&follow=false&timestamps=true",
            $"GET /container/logs?container={id}-c1&stdout=true&stderr=true&follow=false&timestamps=true",
            $"DELETE /pod?podId={id}",
        ]);
    }

    [Fact]
    public async Task A_hyperd_that_is_not_there_is_told_and_can_be_there_later()
    {
        using var files = new TemporaryDirectory();
        await using var runtime = new HyperdPodRuntime(
            new HyperOptions { Socket = files["no.sock"] }, TimeProvider.System);
        var failure = (await runtime.OpenAsync(Stop)).Failure.ShouldNotBeNull();
        failure.Kind.ShouldBe(FailureKind.RuntimeUnavailable);
        failure.Retryable.ShouldBeTrue();
        await Should.ThrowAsync<IOException>(runtime.ListAsync(Stop));
    }

    [Fact]
    public async Task The_doctor_asks_it_and_not_for_containerd()
    {
        await using var server = await HyperdServer.StartAsync();
        (await DiagnoseAsync(server.Socket)).ShouldContain($"well     hyperd       answers at {server.Socket}");
        using var files = new TemporaryDirectory();
        var none = await DiagnoseAsync(files["no.sock"]);
        none.ShouldContain("failed   hyperd");
        none.ShouldContain("start hyperd");
        none.ShouldNotContain("containerd  ");
    }

    [Fact]
    public async Task Pods_of_others_are_left_alone()
    {
        await using var server = await HyperdServer.StartAsync();
        await using var runtime = new HyperdPodRuntime(
            new HyperOptions { Socket = server.Socket }, TimeProvider.System);
        using var http = new HttpClient(new SocketsHttpHandler
        {
            ConnectCallback = async (_, cancellation) =>
            {
                var socket = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
                await socket.ConnectAsync(new UnixDomainSocketEndPoint(server.Socket), cancellation);
                return new NetworkStream(socket, ownsSocket: true);
            },
        });
        var other = $$"""{"id":"{{new string('a', 52)}}","resource":{"memory":512},"containers":[]}""";
        (await http.PostAsync(new Uri("http://localhost/pod/create"), new StringContent(other), Stop))
            .EnsureSuccessStatusCode();
        (await runtime.ListAsync(Stop)).ShouldBeEmpty();
    }

    [Theory]
    [InlineData("0100000000000005", true, 5)]
    [InlineData("0200000000000000", true, 0)]
    [InlineData("0300000000000005", false, 0)]
    [InlineData("0101000000000005", false, 0)]
    [InlineData("01000000ffffffff", false, 0)]
    [InlineData("01000000", false, 0)]
    public void A_frame_of_a_log_says_its_stream_and_length(string header, bool valid, int length)
    {
        HyperdLogStream.TryReadHeader(Convert.FromHexString(header), out _, out var read).ShouldBe(valid);
        read.ShouldBe(length);
    }

    [Fact]
    public async Task A_line_without_an_end_comes_in_pieces_and_takes_no_more_memory()
    {
        using var log = new MemoryStream();
        Write(log, "2020-01-02T03:04:05Z a");
        for (var frame = 0; frame < 40; frame++)
            Write(log, new string('x', 10_000));
        Write(log, "\n2020-01-02T03:04:06Z b\nunfinished");
        log.Position = 0;
        var lines = new List<LogLine>();
        await foreach (var line in new HyperdLogStream("app", log).ReadAsync(Stop))
            lines.Add(line);
        lines.Select(line => line.Number).ShouldBe(Enumerable.Range(1, lines.Count).Select(number => (long)number));
        lines[^1].ShouldBe(new LogLine("app", LogStream.Stdout, lines[0].At.AddSeconds(1), "b", lines.Count));
        lines[..^1].ShouldAllBe(line => line.Text.Length <= 64 * 1024 && line.At == lines[0].At);
        string.Concat(lines[..^1].Select(line => line.Text)).ShouldBe("a" + new string('x', 400_000));
    }

    [Fact]
    public void Of_a_log_without_bounds_the_end_is_kept()
    {
        var tail = new HyperdLogTail(10_000);
        for (var number = 1; number <= 1000; number++)
            tail.Add(new LogLine("app", LogStream.Stdout, DateTimeOffset.UnixEpoch, new string('x', 72), number));
        tail.Lines.Select(line => line.Number).ShouldBe(Enumerable.Range(951, 50).Select(number => (long)number));
    }

    [Theory]
    [InlineData("aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa-0123456789abcdef", true)]
    [InlineData("aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa-0123456789abcdeF", false)]
    [InlineData("aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa", false)]
    [InlineData("", false)]
    [InlineData(null, false)]
    public void Only_what_this_host_named_is_its_pod(string? text, bool valid)
    {
        HyperdId.TryParse(text, out var id).ShouldBe(valid);
        if (valid)
            id.ToString().ShouldBe(text);
    }

    [Fact]
    public async Task The_runtime_that_does_nothing_says_that_all_runs_and_has_no_address()
    {
        await using var runtime = new NoopPodRuntime(TimeProvider.System, NullLogger<NoopPodRuntime>.Instance);
        var spec = Spec();
        (await runtime.CreateAsync(spec, Stop)).Failure.ShouldBeNull();
        (await runtime.StartAsync(spec.Id, Stop)).Succeeded(out var pod, out _).ShouldBeTrue();
        pod!.AllRunning.ShouldBeTrue();
        pod.Address.ShouldBeNull();
        (await runtime.ListAsync(Stop)).ShouldHaveSingleItem().Id.ShouldBe(spec.Id);
        await runtime.RemoveAsync(spec.Id, Stop);
        (await runtime.GetStatusAsync(spec.Id, Stop)).ShouldBeNull();
    }

    private static void Write(MemoryStream log, string text)
    {
        log.Write([1, 0, 0, 0, 0, 0, (byte)(text.Length >> 8), (byte)text.Length]);
        log.Write(Encoding.ASCII.GetBytes(text));
    }

    private static async Task<string> DiagnoseAsync(string socket)
    {
        using var output = new StringWriter();
        await DoctorCommand.RunAsync(["--Codius:Development=true", $"--Codius:Hyper:Socket={socket}"], output, Stop);
        return output.ToString();
    }

    private static PodSpec Spec() => new(
        PodId.New(),
        ManifestHash.OfCanonicalJson("{}"u8),
        ResourceLimits.Small,
        [
            new ContainerSpec(
                "app",
                Reference($"codius/hello@{Digest}"),
                ["sh", "-c", "x"],
                "/root",
                new Dictionary<string, string> { ["CODIUS_MANIFEST"] = """{"name":"fixture"}""" }),
            new ContainerSpec("web", Reference($"nginx@{Digest}"), null, null, new Dictionary<string, string>()),
        ]);

    private static ImageReference Reference(string text) =>
        ImageReference.TryParse(text, out var image) ? image : throw new ArgumentException(text);
}
