using System.Net;
using Codius.Core.Pods;

namespace Codius.Runtime.Containerd.Pods;

/// <summary>
/// The files of a pod on this machine: its logs, and its own /etc/hosts, resolv.conf and hostname. Without these the
/// pod would get copies of the machine's, and could write to them beyond any quota.
/// </summary>
internal sealed class PodFiles(string podsDirectory)
{
    public string Directory(PodId id) => Path.Combine(podsDirectory, id.Value);

    public string Logs(PodId id) => Path.Combine(Directory(id), "logs");

    public static string LogName(int index) => $"{index}.log";

    public string LogFile(PodId id, int index) => Path.Combine(Logs(id), LogName(index));

    public string Hosts(PodId id) => Path.Combine(Directory(id), "hosts");

    public string Resolver(PodId id) => Path.Combine(Directory(id), "resolv.conf");

    public string HostName(PodId id) => Path.Combine(Directory(id), "hostname");

    public bool Exist(PodId id) => System.IO.Directory.Exists(Directory(id));

    public void Create(PodSpec spec, IEnumerable<string> dnsServers)
    {
        System.IO.Directory.CreateDirectory(Logs(spec.Id));
        File.WriteAllText(Resolver(spec.Id), string.Concat(dnsServers.Select(s => $"nameserver {s}\n")));
        File.WriteAllText(HostName(spec.Id), spec.Manifest.Value + "\n");
    }

    /// <summary>localhost is one address: older programs try no other, and the host's door is at this one.</summary>
    public void WriteHosts(PodSpec spec, IPAddress? address) =>
        File.WriteAllText(
            Hosts(spec.Id),
            $"127.0.0.1 localhost\n::1 ip6-localhost\n{address ?? IPAddress.Loopback} {spec.Manifest.Value}\n");

    public void Delete(PodId id)
    {
        if (Exist(id))
            System.IO.Directory.Delete(Directory(id), recursive: true);
    }

    /// <summary>Pods that have files.</summary>
    public IEnumerable<PodId> List() =>
        System.IO.Directory.Exists(podsDirectory)
            ? System.IO.Directory.EnumerateDirectories(podsDirectory).Select(d => new PodId(Path.GetFileName(d)))
            : [];
}
