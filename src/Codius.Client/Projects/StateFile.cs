using System.Globalization;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Nodes;
using Codius.Client.Hosts;
using Codius.Core;
using Codius.Core.Leases;
using Codius.Core.Manifests;
using Codius.Core.Money;

namespace Codius.Client.Projects;

/// <summary>
/// What was uploaded where, in the original client's <c>default.codiusstate.json</c>, so that either client can go on
/// with the other's pods. Contains the private values and the right to the pod, and is readable by its owner alone.
/// </summary>
public sealed class StateFile
{
    public const string DefaultName = "default.codiusstate.json";

    private const string Description =
        "Codius State File which is generated from the provided codius.json, codiusvars.json, and codiushosts.json "
        + "files.";

    private static readonly JsonSerializerOptions Layout = new()
    {
        WriteIndented = true,
        Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
    };

    private readonly JsonObject _json;

    private StateFile(JsonObject json, ManifestHash hash, Uri host) => (_json, Hash, Host) = (json, hash, host);

    public ManifestHash Hash { get; }

    /// <summary>Where it runs; the first host, if there are several.</summary>
    public Uri Host { get; }

    /// <summary>The right to the pod there; null where it was bought without, as the original client does.</summary>
    public CapabilitySecret? Capability =>
        CapabilitySecret.TryParse(Text(_json["capabilities"]?[Key(Host)]), out var secret) ? secret : null;

    /// <summary>A new state, of a pod that was just bought.</summary>
    public static StateFile Create(
        ManifestRequest request,
        Uri host,
        PodDuration duration,
        StateLimits limits,
        CapabilitySecret? capability = null)
    {
        var state = new JsonObject
        {
            ["description"] = Description,
            ["manifestHash"] = request.Hash.Value,
            ["generatedManifest"] = JsonNode.Parse(request.ToBody()),
            ["options"] = new JsonObject
            {
                ["maxMonthlyRate"] = limits.MaxMonthlyRate,
                ["units"] = limits.Units,
                ["duration"] = duration.Seconds,
            },
            ["hostList"] = new JsonArray(Key(host)),
            ["status"] = new JsonObject { ["hostDetails"] = new JsonObject(), ["cronJobs"] = new JsonArray() },
        };
        if (capability is { } secret)
            state["capabilities"] = new JsonObject { [Key(host)] = secret.Value };
        return new StateFile(state, request.Hash, host);
    }

    /// <summary>Reads what this or the original client wrote.</summary>
    public static Outcome<StateFile> Read(string path)
    {
        try
        {
            if (JsonNode.Parse(File.ReadAllBytes(path)) is JsonObject json
                && ManifestHash.TryParse(Text(json["manifestHash"]), out var hash)
                && json["hostList"] is JsonArray { Count: > 0 } hosts
                && HostUri.TryParse(Text(hosts[0]), out var host))
                return new StateFile(json, hash, host);
            return Failure.InvalidRequest($"{path} does not say which pod was uploaded where");
        }
        catch (JsonException)
        {
            return Failure.InvalidRequest($"{path} is not JSON");
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return Failure.InvalidRequest(
                e is FileNotFoundException ? $"there is no {path}: upload a pod first, or name one" : e.Message);
        }
    }

    /// <summary>Notes a purchase: adds to what was paid at this host.</summary>
    public void Record(PodLease lease, Amount paid)
    {
        if (_json["status"] is not JsonObject status)
            _json["status"] = status = [];
        if (status["hostDetails"] is not JsonObject hosts)
            status["hostDetails"] = hosts = [];
        var before = Text(hosts[Key(Host)]?["price"]?["totalPaid"]);
        var earlier = ulong.TryParse(before, NumberStyles.None, CultureInfo.InvariantCulture, out var read) ? read : 0;
        var total = (UInt128)earlier + paid.MinorUnits;
        hosts[Key(Host)] = new JsonObject
        {
            ["url"] = lease.Url.AbsoluteUri,
            ["expirationDate"] = lease.Expiry.ToString("MM-dd-yyyy HH:mm:ss +0000", CultureInfo.InvariantCulture),
            ["price"] = new JsonObject
            {
                ["totalPaid"] = total.ToString(CultureInfo.InvariantCulture),
                ["lastPaid"] = paid.MinorUnits.ToString(CultureInfo.InvariantCulture),
                ["units"] = Units(paid),
            },
        };
    }

    public void Write(string path)
    {
        var options = new FileStreamOptions { Mode = FileMode.Create, Access = FileAccess.Write };
        if (!OperatingSystem.IsWindows())
            options.UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite;
        var draft = path + ".new";
        using (var file = new FileStream(draft, options))
            file.Write(Encoding.UTF8.GetBytes(_json.ToJsonString(Layout) + "\n"));
        File.Move(draft, path, overwrite: true);
    }

    private static string Key(Uri host) => host.GetLeftPart(UriPartial.Authority);

    private static string? Text(JsonNode? node) =>
        node is JsonValue value && value.TryGetValue<string>(out var text) ? text : null;

    /// <summary>The original's names for minor units: nXRP for a scale of 9.</summary>
    private static string Units(Amount amount) => amount.Asset.Scale switch
    {
        0 => amount.Asset.Code,
        1 => "d" + amount.Asset.Code,
        2 => "c" + amount.Asset.Code,
        3 => "m" + amount.Asset.Code,
        6 => "µ" + amount.Asset.Code,
        9 => "n" + amount.Asset.Code,
        var scale => string.Create(CultureInfo.InvariantCulture, $"e-{scale} {amount.Asset.Code}"),
    };
}

/// <summary>The limit that the original client extends by: a rate a month in whole units.</summary>
public sealed record StateLimits(decimal MaxMonthlyRate, string Units);
