using System.Net;
using Codius.Core.Pods;
using Codius.Runtime.Containerd.Logs;

namespace Codius.Runtime.Containerd.Pods;

/// <summary>
/// The files of a pod on this machine: its logs, and its own /etc/hosts, resolv.conf and hostname. Without these the
/// pod would get copies of the machine's, and could write to them beyond any quota.
/// </summary>
internal sealed class PodFiles(string podsDirectory)
{
    public string Directory(PodId id) => Path.Combine(podsDirectory, id.Value);

    /// <summary>Where the pod's own file system is mounted.</summary>
    public string Disk(PodId id) => Path.Combine(Directory(id), "disk");

    public string DiskImage(PodId id) => Path.Combine(Directory(id), "disk.img");

    /// <summary>On the pod's disk, so that they can be no larger than that.</summary>
    public string Logs(PodId id) => Path.Combine(Disk(id), "logs");

    public static string LogName(int index) => $"{index}.log";

    public string LogFile(PodId id, int index) => Path.Combine(Logs(id), LogName(index));

    /// <summary>From where on a log is kept; not on the pod's disk, which may be full.</summary>
    public string LogStartFile(PodId id, int index) => Path.Combine(Directory(id), $"{index}.start");

    public string Hosts(PodId id) => Path.Combine(Directory(id), "hosts");

    public string Resolver(PodId id) => Path.Combine(Directory(id), "resolv.conf");

    public string HostName(PodId id) => Path.Combine(Directory(id), "hostname");

    private string Limits(PodId id) => Path.Combine(Directory(id), "limits");

    public bool Exist(PodId id) => System.IO.Directory.Exists(Directory(id));

    public void Create(PodSpec spec, IEnumerable<string> dnsServers)
    {
        System.IO.Directory.CreateDirectory(Directory(spec.Id));
        File.WriteAllText(Resolver(spec.Id), string.Concat(dnsServers.Select(s => $"nameserver {s}\n")));
        File.WriteAllText(HostName(spec.Id), spec.Manifest.Value + "\n");
        // containerd wants to see it before the pod has an address.
        WriteHosts(spec, address: null);
        for (var i = 0; i < spec.Containers.Count; i++)
            default(LogStart).Write(LogStartFile(spec.Id, i));
        File.WriteAllText(Limits(spec.Id), spec.Limits.ToText());
    }

    /// <summary>What a pod was made with; null for one that has no files.</summary>
    public ResourceLimits? ReadLimits(PodId id) =>
        File.Exists(Limits(id)) && ResourceLimits.TryParse(File.ReadAllText(Limits(id)), out var limits)
            ? limits
            : null;

    /// <summary>How many logs a pod has, one for each container.</summary>
    public int LogCount(PodId id) => System.IO.Directory.GetFiles(Directory(id), "*.start").Length;

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
