using Codius.Testing.Processes;
using Codius.Testing.Runtime;

namespace Codius.Bench.Proxy;

/// <summary>
/// An image of the machine's own nginx, with the libraries that it is linked to, that answers every request on port
/// 8080 with a page of some bytes.
/// </summary>
public static class NginxImage
{
    private const string Program = "/usr/sbin/nginx";

    public static async Task<SampleImage> BuildAsync(string directory, int bytes)
    {
        var files = Path.Combine(directory, "nginx");
        foreach (var file in await LibrariesAsync())
            Copy(file, files);
        Copy(Program, files);
        Directory.CreateDirectory(Path.Combine(files, "etc"));
        await File.WriteAllTextAsync(Path.Combine(files, "etc/nginx.conf"), $$"""
            daemon off;
            worker_processes 1;
            user root root;
            pid /tmp/nginx.pid;
            error_log stderr;
            events { worker_connections 1024; }
            http {
              access_log off;
              client_body_temp_path /tmp/body;
              proxy_temp_path /tmp/proxy;
              fastcgi_temp_path /tmp/fastcgi;
              uwsgi_temp_path /tmp/uwsgi;
              scgi_temp_path /tmp/scgi;
              keepalive_requests 1000000;
              server {
                listen 8080;
                location / { return 200 "{{new string('x', bytes)}}"; }
              }
            }
            """);
        return await SampleImage.BuildAsync(
            directory, "codius.local/nginx", [Program, "-e", "stderr", "-c", "/etc/nginx.conf"], [], files);
    }

    // "libz.so.1 => /lib/x86_64-linux-gnu/libz.so.1 (0x…)", and the loader without a name before it.
    private static async Task<IEnumerable<string>> LibrariesAsync()
    {
        var output = (await RunningProgram.RunAsync(new ProgramStart("ldd", Program))).EnsureSuccess().Output;
        return output.Split((char[])[' ', '\n', '\t'], StringSplitOptions.RemoveEmptyEntries)
            .Where(word => word.StartsWith('/'));
    }

    private static void Copy(string file, string root)
    {
        var copy = Path.Combine(root, file.TrimStart('/'));
        Directory.CreateDirectory(Path.GetDirectoryName(copy)!);
        File.Copy(file, copy);
    }
}
