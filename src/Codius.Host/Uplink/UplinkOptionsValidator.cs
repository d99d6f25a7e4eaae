using System.Net;
using Codius.Host.Configuration;
using Interledger.Addresses;
using Interledger.Btp;
using Microsoft.Extensions.Options;

namespace Codius.Host.Uplink;

/// <summary>Says of every setting of the uplink that cannot be used which one it is; never the secret.</summary>
public sealed class UplinkOptionsValidator : IValidateOptions<HostOptions>
{
    private const string BtpUrlName = "Codius:Uplink:BtpUrl (ILP_CREDENTIALS, ILP_BTP_SERVER)";

    public ValidateOptionsResult Validate(string? name, HostOptions options)
    {
        var uplink = options.Uplink;
        var problems = new List<string>();
        if (uplink.BtpUrl is null && !options.Development)
            problems.Add($"{BtpUrlName} is required outside development mode");
        if (uplink.BtpUrl is { } url && !BtpUrl.TryParse(url, out _, out var problem))
            problems.Add($"{BtpUrlName} must be btp+ws://:secret@host:port or btp+wss://:secret@host:port: {problem}");
        if (uplink.PlayMoneyPort is < 0 or > 65535)
            problems.Add($"Codius:Uplink:PlayMoneyPort must be 0 to 65535, not {uplink.PlayMoneyPort}");
        if (!IPAddress.TryParse(uplink.PlayMoneyBindIp, out _))
            problems.Add("Codius:Uplink:PlayMoneyBindIp must be an IP address");
        if (!IlpAddress.IsValid(uplink.PlayMoneyAddress)
            || uplink.PlayMoneyAddress.Length > UplinkOptions.LongestPlayMoneyAddress)
            problems.Add("Codius:Uplink:PlayMoneyAddress must be an ILP address such as test.codius");
        return problems.Count == 0 ? ValidateOptionsResult.Success : ValidateOptionsResult.Fail(problems);
    }
}
