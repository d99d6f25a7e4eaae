using System.Text;
using Codius.Core.Manifests;

namespace Codius.Core.Tests.Manifests;

internal static class Samples
{
    public const string Image = "nginx@sha256:3e2ffcf0edca2a4e9b24ca442d227baea7b7f0e33ad654ef1eb806fbd9bedcf0";

    public static PrivateValue Secret { get; } = new("0123456789abcdef", "the secret value");

    public static string SecretVariable { get; } =
        $$$""","vars":{"A":{"encoding":"private:sha256","value":"{{{Secret.ToPublicHash()}}}"}}""";

    /// <summary>A whole request, with what the test is about put in the place that its name says.</summary>
    public static string Request(
        string container = "", string manifest = "", string top = "", string id = "app", string image = Image) =>
        $$$"""
        {"manifest":{"name":"sample","version":"1.0.0","machine":"small","port":"8080",
          "containers":[{"id":"{{{id}}}","image":"{{{image}}}"{{{container}}}}]{{{manifest}}}}{{{top}}}}
        """;

    public static ManifestRequest Accept(string request, ManifestRules? rules = null)
    {
        var body = Encoding.UTF8.GetBytes(request);
        ManifestRequest.TryRead(body, rules ?? ManifestRules.Upload, out var read, out var errors)
            .ShouldBeTrue(errors?.ToString());
        return read!;
    }

    public static ManifestErrors Refuse(string request, ManifestRules? rules = null)
    {
        ManifestRequest.TryRead(Encoding.UTF8.GetBytes(request), rules ?? ManifestRules.Upload, out _, out var errors)
            .ShouldBeFalse();
        return errors!;
    }

    /// <summary>Any string, also one that is not valid Unicode, as JSON.</summary>
    public static string Quote(string text) =>
        "\"" + string.Concat(text.Select(c => c is >= ' ' and <= '~' and not '"' and not '\\'
            ? c.ToString()
            : $"\\u{(int)c:x4}")) + "\"";
}
