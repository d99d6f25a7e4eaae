using Codius.Core.Pods;
using Codius.Host.Configuration;
using Codius.Host.Info;
using Codius.Host.Pods;
using Microsoft.Extensions.Options;
using Shouldly;
using Xunit;

namespace Codius.Host.Tests.Pods;

public sealed class CapacityTests
{
    private static readonly long TotalMemory = new Machine(TimeProvider.System).TotalMemory;

    [Fact]
    public void Memory_is_given_out_up_to_the_fraction_and_no_further()
    {
        var capacity = Create(memory: 0.5);
        var quarter = new ResourceLimits(TotalMemory / 4, 1, 1, 0, 0, 0);
        using var first = Reserve(capacity, quarter);
        using var second = Reserve(capacity, quarter);
        capacity.TryReserve(quarter).Failure.ShouldNotBeNull().Message.ShouldContain("Memory");
        first!.Dispose();
        first.Dispose();
        using var third = Reserve(capacity, quarter);
        capacity.Fits(quarter).ShouldBeFalse("what was given back twice counts once");
    }

    [Fact]
    public void Memory_can_be_sold_more_than_once_and_sandboxes_that_stand_ready_have_their_part_of_it()
    {
        var capacity = Create(overcommit: 2, warm: 4);
        var ready = 4 * 32L * 1024 * 1024;
        using var taken = Reserve(capacity, new ResourceLimits((2 * TotalMemory) - ready, 1, 1, 0, 0, 0));
        capacity.Fits(new ResourceLimits(1, 1, 1, 0, 0, 0)).ShouldBeFalse();
    }

    [Fact]
    public void Cpus_are_given_out_up_to_the_fraction_and_no_further()
    {
        var capacity = Create(cpu: 1);
        var all = new ResourceLimits(1, Environment.ProcessorCount * 1000, 1, 0, 0, 0);
        using var taken = Reserve(capacity, all);
        capacity.Refuse(all with { MilliCpu = 1 }).ShouldNotBeNull().Message.ShouldContain("CPU");
    }

    [Fact]
    public void Disk_is_given_out_up_to_the_fraction_with_logs_and_no_further()
    {
        var capacity = Create(disk: 0.5);
        var available = Machine.DiskOf(Path.GetTempPath()).AvailableFreeSpace;
        var third = new ResourceLimits(1, 1, 1, available / 6, 1, available / 6);
        using var taken = Reserve(capacity, third);
        capacity.Refuse(third).ShouldNotBeNull().Message.ShouldContain("Disk");
        capacity.CountDiskOfPods(available);
        capacity.Refuse(third).ShouldBeNull("what pods held when this life began was theirs already");
    }

    [Fact]
    public async Task Whoever_asks_at_the_same_time_never_gets_more_than_there_is()
    {
        var seed = Environment.TickCount;
        TestContext.Current.TestOutputHelper?.WriteLine($"seed {seed}");
        const int Shares = 40;
        var capacity = Create(memory: 1, cpu: 16);
        var most = Math.Min(Shares, Environment.ProcessorCount * 16);
        var share = new ResourceLimits(TotalMemory / Shares, 1000, 1, 0, 0, 0);
        var (held, highest) = (0, 0);
        await Task.WhenAll(Enumerable.Range(0, 8).Select(worker => Task.Run(() =>
        {
            var random = new Random(seed + worker);
            var mine = new List<Capacity.Reservation>();
            for (var i = 0; i < 20_000; i++)
            {
                if (random.Next(2) == 0 && capacity.TryReserve(share).Succeeded(out var reservation, out _))
                {
                    mine.Add(reservation);
                    var now = Interlocked.Increment(ref held);
                    for (var seen = highest; now > seen; seen = highest)
                        Interlocked.CompareExchange(ref highest, now, seen);
                }
                else if (mine.Count > 0)
                {
                    Interlocked.Decrement(ref held);
                    mine[^1].Dispose();
                    mine.RemoveAt(mine.Count - 1);
                }
            }

            foreach (var reservation in mine)
            {
                Interlocked.Decrement(ref held);
                reservation.Dispose();
            }
        })));
        highest.ShouldBeLessThanOrEqualTo(most);
        highest.ShouldBeGreaterThan(1);
        var all = Enumerable.Range(0, most).Select(_ => Reserve(capacity, share)).ToList();
        capacity.Fits(share).ShouldBeFalse();
        all.ShouldAllBe(reservation => reservation != null);
    }

    private static Capacity.Reservation? Reserve(Capacity capacity, ResourceLimits limits)
    {
        capacity.TryReserve(limits).Succeeded(out var reservation, out var failure).ShouldBeTrue(failure?.Message);
        return reservation;
    }

    private static Capacity Create(
        double memory = 1, double cpu = 1000, double disk = 1000, double overcommit = 1, int warm = 0) => new(
        Options.Create(new HostOptions
        {
            RootDirectory = Path.GetTempPath(),
            MaxMemoryFraction = memory,
            MemoryOvercommit = overcommit,
            Runtime = { WarmSandboxes = warm },
            MaxCpuFraction = cpu,
            MaxDiskFraction = disk,
        }),
        new Machine(TimeProvider.System));
}
