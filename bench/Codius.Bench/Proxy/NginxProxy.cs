using System.Net;
using System.Net.Sockets;
using Codius.Testing.Processes;

namespace Codius.Bench.Proxy;

/// <summary>
/// nginx on a port of 127.0.0.1 that passes every request on, as one would configure it: kept connections and the usual
/// headers.
/// </summary>
public sealed class NginxProxy : IAsyncDisposable
{
    private readonly TemporaryDirectory _files;
    private readonly RunningProgram _program;

    private NginxProxy(TemporaryDirectory files, RunningProgram program, IPEndPoint address) =>
        (_files, _program, Address) = (files, program, address);

    public IPEndPoint Address { get; }

    public Uri Url => new($"http://{Address}/");

    public async ValueTask DisposeAsync()
    {
        await _program.DisposeAsync();
        _files.Dispose();
    }

    public static async Task<NginxProxy> StartAsync(IPEndPoint upstream)
    {
        var files = new TemporaryDirectory();
        var address = new IPEndPoint(IPAddress.Loopback, FreePort.Next());
        await File.WriteAllTextAsync(files["nginx.conf"], $$"""
            daemon off;
            worker_processes auto;
            pid {{files["nginx.pid"]}};
            events { worker_connections 1024; }
            http {
              access_log off;
              client_body_temp_path {{files["body"]}};
              proxy_temp_path {{files["proxy"]}};
              fastcgi_temp_path {{files["fastcgi"]}};
              uwsgi_temp_path {{files["uwsgi"]}};
              scgi_temp_path {{files["scgi"]}};
              keepalive_requests 1000000;
              upstream pod { server {{upstream}}; keepalive 64; keepalive_requests 1000000; }
              server {
                listen {{address}};
                location / {
                  proxy_pass http://pod;
                  proxy_http_version 1.1;
                  proxy_set_header Connection "";
                  proxy_set_header Host $host;
                  proxy_set_header X-Forwarded-For $remote_addr;
                  proxy_set_header X-Forwarded-Host $http_host;
                  proxy_set_header X-Forwarded-Proto $scheme;
                }
              }
            }
            """);
        var program = RunningProgram.Start(new ProgramStart(
            "/usr/sbin/nginx", "-p", files.Path, "-e", "stderr", "-c", files["nginx.conf"]));
        var started = new NginxProxy(files, program, address);
        await Deadline.UntilAsync(started.AcceptsAsync, "nginx accepts connections");
        return started;
    }

    private async Task<bool> AcceptsAsync()
    {
        if (_program.HasExited) throw _program.Failure("ended");
        using var client = new TcpClient();
        try
        {
            await client.ConnectAsync(Address);
            return true;
        }
        catch (SocketException)
        {
            return false;
        }
    }
}
