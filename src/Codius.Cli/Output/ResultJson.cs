using System.Globalization;
using System.Text.Json.Nodes;
using Codius.Client.Hosts;
using Codius.Core.Money;

namespace Codius.Cli.Output;

/// <summary>The objects of <c>--json</c>. Amounts are strings in minor units, with their asset beside them.</summary>
internal static class ResultJson
{
    public static JsonObject Of(CliFailure failure)
    {
        var json = new JsonObject
        {
            ["ok"] = false,
            ["exitCode"] = (int)failure.Code,
            ["error"] = failure.Message,
        };
        if (failure.Host is { } host)
        {
            json["kind"] = host.Kind.ToString();
            Add(json, "status", host.Status);
            Add(json, "moneyMoved", host.MoneyMoved);
            Add(json, "refunded", host.Refunded);
            Add(json, "credited", host.Credited);
        }

        if (failure.Paid is { } paid)
            json["paid"] = Of(paid);
        if (failure.InDoubt is { } inDoubt)
            json["inDoubt"] = Of(inDoubt);
        return json;
    }

    public static JsonObject Of(PodLease lease, Uri host, Amount paid)
    {
        var json = new JsonObject
        {
            ["ok"] = true,
            ["exitCode"] = 0,
            ["url"] = lease.Url.AbsoluteUri,
            ["manifestHash"] = lease.Hash.Value,
            ["expiry"] = Time(lease.Expiry),
            ["host"] = host.GetLeftPart(UriPartial.Authority),
            ["paid"] = Of(paid),
        };
        if (lease.Isolation is { } isolation)
            json["isolation"] = isolation;
        return json;
    }

    public static JsonObject Of(PodStop stop)
    {
        var json = new JsonObject
        {
            ["ok"] = true,
            ["exitCode"] = 0,
            ["manifestHash"] = stop.Hash.Value,
            ["ended"] = stop.Ended,
            ["settled"] = new JsonArray([.. stop.Settled.Select(settled => new JsonObject
            {
                ["used"] = Of(settled.Earned),
                ["returned"] = Of(settled.Returned),
                ["credited"] = Of(settled.Credited),
            })]),
        };
        if (stop.Expiry is { } expiry)
            json["expiry"] = Time(expiry);
        return json;
    }

    public static JsonObject Of(HostLogLine line)
    {
        var json = new JsonObject
        {
            ["container"] = line.Container,
            ["stream"] = line.IsError ? "stderr" : "stdout",
            ["text"] = line.Text,
        };
        if (line.At is { } at)
            json["at"] = Time(at);
        return json;
    }

    private static string Time(DateTimeOffset time) =>
        time.UtcDateTime.ToString("yyyy-MM-ddTHH:mm:ss.fffZ", CultureInfo.InvariantCulture);

    private static JsonObject Of(Amount amount) => new()
    {
        ["amount"] = amount.MinorUnits.ToString(CultureInfo.InvariantCulture),
        ["assetCode"] = amount.Asset.Code,
        ["assetScale"] = amount.Asset.Scale,
        ["text"] = amount.ToString(),
    };

    private static void Add(JsonObject json, string name, ulong? amount)
    {
        if (amount is { } known)
            json[name] = known.ToString(CultureInfo.InvariantCulture);
    }

    private static void Add(JsonObject json, string name, int? number)
    {
        if (number is { } known)
            json[name] = known;
    }
}
