using System.Text.Json;
using Codius.Testing.Processes;

namespace Codius.Testing.Peers;

/// <summary>
/// The codius 3.1.0 command line from npm, unmodified, in a directory with codius.json and codiusvars.json. It exits 0
/// also when an upload failed after the quote, so success is its state file.
/// </summary>
public sealed class OriginalCodiusCli(string directory, string btpUrl)
{
    // It gives its provider two seconds to connect and answer, which a busy machine does not always keep; it has not
    // asked the host anything by then.
    private const string NotConnected = "ilp-price lookup failed";
    private const int Attempts = 5;

    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(100);

    private string StateFile => Path.Combine(directory, "default.codiusstate.json");

    /// <summary>Uploads to hosts; null in <see cref="CliUpload.State"/> says that it failed.</summary>
    public Task<CliUpload> UploadAsync(IEnumerable<Uri> hosts, params IEnumerable<string> options) =>
        RunAsync(
            ["upload", .. hosts.SelectMany(host => new[] { "--host", host.ToString() }), "--assume-yes", .. options]);

    public Task<CliUpload> ExtendAsync(params IEnumerable<string> options) =>
        RunAsync(["extend", "--assume-yes", .. options]);

    public async Task<CliUpload> RunAsync(params IEnumerable<string> arguments)
    {
        await NodePeers.EnsureInstalledAsync();
        var start = Describe(arguments);
        var result = await RunningProgram.RunAsync(start, Patience);
        for (var again = 1; again < Attempts && result.Error.Contains(NotConnected); again++)
            result = await RunningProgram.RunAsync(start, Patience);
        var state = File.Exists(StateFile)
            ? JsonElement.Parse(await File.ReadAllTextAsync(StateFile))
            : (JsonElement?)null;
        return new CliUpload(result, state);
    }

    /// <summary>For a command that does not end by itself, such as tail.</summary>
    public RunningProgram Start(params IEnumerable<string> arguments) => RunningProgram.Start(Describe(arguments));

    // Its plugin makes a secret for each of the two connections that it opens. With ILP_CREDENTIALS both would share an
    // address, and the upload hangs.
    private ProgramStart Describe(IEnumerable<string> arguments)
    {
        var cli = Path.Combine(NodePeers.Directory, "node_modules", "codius", "bin", "codius.js");
        return new ProgramStart(NodePeers.Node16, [cli, .. arguments])
        {
            WorkingDirectory = directory,
            Environment = new Dictionary<string, string?> { ["ILP_BTP_SERVER"] = btpUrl, ["ILP_CREDENTIALS"] = null },
        };
    }
}

public sealed record CliUpload(ProgramResult Program, JsonElement? State)
{
    public string ManifestHash => Required.GetProperty("manifestHash").GetString()!;

    public JsonElement HostDetails(Uri host) =>
        Required.GetProperty("status").GetProperty("hostDetails").EnumerateObject()
            .First(details => new Uri(details.Name) == host).Value;

    private JsonElement Required =>
        State ?? throw new ProgramFailedException($"codius left no state file\n{Program.Output}{Program.Error}");
}
