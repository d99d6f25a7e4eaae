using System.Net.Sockets;
using System.Text;
using Codius.Hostile.Machines;
using Xunit;

namespace Codius.Hostile;

[Trait("Suite", "hostile")]
[Collection(UnderRunc.Name)]
public sealed class RuncKernel(RuncMachine machine) : KernelAttacks(machine);

[Trait("Suite", "hostile")]
[Collection(UnderGvisor.Name)]
public sealed class GvisorKernel(GvisorMachine machine) : KernelAttacks(machine);

/// <summary>
/// System calls with which a program would take the machine, if a capability that pods lack or a filter did not stand
/// before them.
/// </summary>
public abstract class KernelAttacks(HostileMachine machine)
{
    [Fact]
    public Task A_pod_loads_no_program_into_the_kernel() => machine.ShouldHoldAsync("attack bpf");

    [Fact]
    public Task A_pod_leaves_no_key_in_the_kernel() => machine.ShouldHoldAsync("attack key");

    [Fact]
    public Task A_pod_does_not_set_the_clock() => machine.ShouldHoldAsync("attack clock");

    [Fact]
    public Task A_pod_does_not_reboot_the_machine() => machine.ShouldHoldAsync("attack reboot");

    [Fact]
    public Task A_pod_makes_no_packets_of_its_own() => machine.ShouldHoldAsync("attack packet");

    [Fact]
    public Task A_pod_sends_from_no_address_but_its_own() =>
        machine.ShouldHoldAsync("attack forge 192.0.2.1 127.0.0.1 9 forged");

    [Fact]
    public Task A_pod_does_not_change_its_network() =>
        machine.ShouldHoldAsync("ip addr add 127.0.0.77/32 dev lo && ip addr del 127.0.0.77/32 dev lo && echo pwned");

    [Fact]
    public Task A_program_that_belongs_to_root_gives_nobody_root() =>
        machine.ShouldHoldAsync(
            "cp /bin/attack /tmp/root; chmod 4755 /tmp/root; attack as 1000 /tmp/root euid; rm /tmp/root");

    [Fact]
    public async Task A_pod_does_not_reach_sockets_of_the_machine_that_have_no_file()
    {
        // CVE-2020-15257: containerd's shims listened on such sockets.
        var name = "codius-hostile-" + Guid.NewGuid().ToString("n");
        using var listener = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        listener.Bind(new UnixDomainSocketEndPoint("\0" + name));
        listener.Listen();
        _ = GreetAsync(listener);
        await machine.ShouldHoldAsync("attack abstract " + name, "reached");
    }

    private static async Task GreetAsync(Socket listener)
    {
        try
        {
            while (true)
            {
                using var client = await listener.AcceptAsync();
                await client.SendAsync(Encoding.ASCII.GetBytes("reached"));
            }
        }
        catch (Exception ended) when (ended is SocketException or ObjectDisposedException)
        {
            // The test is over.
        }
    }
}
