using System.Diagnostics.CodeAnalysis;
using Interledger.Addresses;
using Interledger.Cli.Decoding;
using Interledger.Cli.Output;
using Interledger.Spsp;
using Interledger.Stream;

namespace Interledger.Cli.Commands;

/// <summary>Whom to pay, as it was typed: a URL to ask, or a receiver's address and secret.</summary>
internal sealed record Payee
{
    private const int SecretBytes = 32;

    private Payee(string name, Uri? endpoint, StreamCredentials? credentials) =>
        (Name, Endpoint, Credentials) = (name, endpoint, credentials);

    public string Name { get; }

    private Uri? Endpoint { get; }

    private StreamCredentials? Credentials { get; }

    public static bool TryParse(
        string to,
        string? secret,
        bool allowHttp,
        [NotNullWhen(true)] out Payee? payee,
        [NotNullWhen(false)] out CliFailure? failure)
    {
        payee = null;
        string problem;
        if (to.StartsWith('$') || to.Contains("://", StringComparison.Ordinal))
            problem = ParseEndpoint(to, secret, allowHttp, out payee);
        else if (!IlpAddress.TryParse(to, out var address))
            problem = "pay a $pointer, an https:// URL, or an ILP address with its secret; a $ needs quotes in a shell";
        else if (secret is null || !BytesText.TryRead(secret, out var bytes) || bytes.Length != SecretBytes)
            problem = $"after the address comes its secret: {SecretBytes} bytes in base64 or hexadecimal";
        else
            (payee, problem) = (new Payee(to, null, new StreamCredentials(address, bytes)), "");
        failure = payee is null ? new CliFailure(ExitCode.Usage, problem) : null;
        return failure is null;
    }

    /// <summary>Where to connect to; asks the receiver's server if need be.</summary>
    public async Task<(StreamCredentials? Credentials, CliFailure? Failure)> FindAsync(
        IlpContext context, bool allowHttp, Reporter reporter, CancellationToken cancellationToken)
    {
        if (Endpoint is null)
            return (Credentials, null);
        reporter.Say($"Asking {Endpoint} where to pay");
        var client = new SpspClient(context.Http, new SpspClientOptions { AllowHttp = allowHttp }, context.Time);
        var result = await client.QueryAsync(Endpoint, null, cancellationToken);
        if (result.Answer is not { } answer)
            return (null, new CliFailure(CodeOf(result.Error!.Kind), PlainText.OneLine(result.Error.Message)));
        if (result.Endpoint is { } end && end.Host != Endpoint.Host)
            reporter.Say($"{end} answers for it");
        if (answer.Details.ReceiverName is { } name)
            reporter.Say($"The receiver calls himself {PlainText.OneLine(name)}");
        return (answer.Credentials, null);
    }

    // Empty if it is one.
    private static string ParseEndpoint(string to, string? secret, bool allowHttp, out Payee? payee)
    {
        payee = null;
        if (secret is not null)
            return "only an ILP address has a secret after it";
        if (PaymentPointer.TryParse(to, out var pointer))
            payee = new Payee(pointer.ToString(), pointer.Endpoint, null);
        else if (to.StartsWith('$'))
            return "this is no payment pointer, such as $example.com/bob";
        else if (!Uri.TryCreate(to, UriKind.Absolute, out var url) || url.Scheme is not ("https" or "http"))
            return "this is no https:// URL";
        else if (url.Scheme == Uri.UriSchemeHttp && !allowHttp)
            return "plain http is for tests on one machine: say --allow-http";
        else
            payee = new Payee(url.AbsoluteUri, url, null);
        return "";
    }

    private static ExitCode CodeOf(SpspErrorKind kind) => kind switch
    {
        SpspErrorKind.InvalidEndpoint => ExitCode.Usage,
        SpspErrorKind.Unreachable or SpspErrorKind.TimedOut => ExitCode.Unreachable,
        _ => ExitCode.Refused,
    };
}
