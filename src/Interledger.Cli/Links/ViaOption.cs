using System.CommandLine;
using System.Diagnostics.CodeAnalysis;
using System.Security.Cryptography;
using Interledger.Btp;
using Interledger.Cli.Output;

namespace Interledger.Cli.Links;

/// <summary>Where a command enters Interledger.</summary>
internal sealed class ViaOption
{
    private const string Default = "btp+ws://127.0.0.1:7768";
    private const int SecretBytes = 16;

    private readonly Option<string?> _via = new("--via")
    {
        Description = "Your provider, btp+ws://:secret@host:port. Otherwise ILP_VIA or ILP_BTP_SERVER, which other "
            + $"users of the machine cannot read, or {Default}. Without a secret a new account is made.",
    };

    public void AddTo(Command command) => command.Options.Add(_via);

    /// <summary>The provider that was chosen.</summary>
    public bool TryRead(
        ParseResult parsed,
        IlpContext context,
        [NotNullWhen(true)] out BtpUrl? url,
        [NotNullWhen(false)] out CliFailure? failure)
    {
        var text = parsed.GetValue(_via)
            ?? context.Variable("ILP_VIA") ?? context.Variable("ILP_BTP_SERVER") ?? Default;
        failure = null;
        if (!BtpUrl.TryParse(text, out url, out var problem))
        {
            failure = new CliFailure(ExitCode.Usage, $"--via: {problem}");
            return false;
        }

        // A provider tells accounts apart by their secrets. Two clients with one secret would get each other's packets,
        // so that a URL without a secret gets a new one each time.
        if (url.Token.Length == 0)
            url = url.WithToken(Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(SecretBytes)));
        return true;
    }
}
