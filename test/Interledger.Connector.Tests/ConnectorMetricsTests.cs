using System.Collections.Concurrent;
using System.Diagnostics.Metrics;
using Interledger.Packets;
using Shouldly;
using Xunit;

namespace Interledger.Connector.Tests;

public sealed class ConnectorMetricsTests
{
    [Fact]
    public async Task Packets_are_counted_by_account_and_result_and_invented_codes_make_no_new_series()
    {
        var counted = new ConcurrentBag<(string Instrument, double Value, string Tags)>();
        using var metrics = new ConnectorMetrics();
        using var listener = new MeterListener
        {
            InstrumentPublished = (instrument, listener) =>
            {
                if (instrument.Meter == metrics.Meter)
                    listener.EnableMeasurementEvents(instrument);
            },
        };
        listener.SetMeasurementEventCallback<long>((instrument, value, tags, _) => Count(instrument, value, tags));
        listener.SetMeasurementEventCallback<double>((instrument, value, tags, _) => Count(instrument, value, tags));
        listener.Start();
        var bench = new ConnectorBench(metrics: metrics);
        var alice = bench.Add("alice");
        bench.AddReceiver("bob");
        IlpErrorCode.TryRead("Z99"u8, out var invented);
        bench.Add("odd").OnPrepare((_, _) => ValueTask.FromResult(
            IlpReply.Reject(invented, Addresses.IlpAddress.Parse("test.bench.odd"))));

        await alice.SendAsync(bench.Prepare("test.bench.bob"), default);
        await alice.SendAsync(bench.Prepare("test.nowhere"), default);
        await alice.SendAsync(bench.Prepare("test.bench.odd"), default);

        counted.Where(one => one.Instrument == "ilp.connector.packets").Select(one => one.Tags)
            .ShouldBe(["alice fulfilled peer", "alice F02 connector", "alice other peer"], ignoreOrder: true);
        counted.Count(one => one.Instrument == "ilp.connector.duration").ShouldBe(3);
        counted.Where(one => one.Instrument == "ilp.connector.outstanding").Sum(one => one.Value).ShouldBe(0);

        void Count(Instrument instrument, double value, ReadOnlySpan<KeyValuePair<string, object?>> tags) =>
            counted.Add((instrument.Name, value, string.Join(' ', tags.ToArray().Select(tag => tag.Value))));
    }
}
