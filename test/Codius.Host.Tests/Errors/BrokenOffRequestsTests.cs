using System.Net;
using System.Net.Sockets;
using System.Text;
using Codius.Host.Errors;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace Codius.Host.Tests.Errors;

/// <summary>
/// Clients that go away in the middle of their request. That is their right, and no error of the host.
/// </summary>
public sealed class BrokenOffRequestsTests
{
    private readonly LogRecorder<UnexpectedErrors> _log = new();

    [Theory]
    [InlineData("Content-Length: 1000000\r\n\r\n{", false)]
    [InlineData("Content-Length: 1000000\r\n\r\n{", true)]
    [InlineData("Transfer-Encoding: chunked\r\n\r\nffffffffffff\r\n", false)]
    [InlineData("Transfer-Encoding: chunked\r\n\r\nffffffffffff\r\n", true)]
    [InlineData("Transfer-Encoding: chunked\r\n\r\n5\r\n{\"man", false)]
    [InlineData("Transfer-Encoding: chunked\r\n\r\n5\r\n{\"man", true)]
    public async Task A_body_that_breaks_off_is_no_error_of_the_host(string rest, bool reset)
    {
        await using var host = await RunningHost.StartAsync(
            builder => builder.Services.AddSingleton<ILogger<UnexpectedErrors>>(_log));
        using var other = host.CreateClient();
        for (var i = 0; i < 100; i++)
        {
            await BreakOffAsync(host.Http, "POST /pods HTTP/1.1\r\nHost: x\r\n" + rest, reset);
            (await other.GetAsync("/version")).StatusCode.ShouldBe(HttpStatusCode.OK);
        }

        await host.StopAsync();
        _log.Lines.Where(line => line.StartsWith("Error")).ShouldBeEmpty();
    }

    private static async Task BreakOffAsync(IPEndPoint host, string beginning, bool reset)
    {
        using var client = new TcpClient();
        await client.ConnectAsync(host);
        if (reset)
            client.LingerState = new LingerOption(enable: true, seconds: 0);
        await client.GetStream().WriteAsync(Encoding.ASCII.GetBytes(beginning));
    }
}
