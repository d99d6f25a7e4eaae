using System.Globalization;
using System.Net;
using System.Text;

namespace Codius.Host.Info;

/// <summary>The host's page for persons. Everything is in it: no script, nothing from elsewhere.</summary>
public static class HostPage
{
    public const string ContentSecurityPolicy = "default-src 'none'; style-src 'unsafe-inline'; frame-ancestors 'none'";

    private const string Top = """
        <!DOCTYPE html>
        <html lang="en">
        <head>
          <meta charset="utf-8">
          <meta name="viewport" content="width=device-width, initial-scale=1">
          <title>Codius host</title>
          <style>
            :root { color-scheme: light dark }
            body { font: 1rem/1.5 system-ui, sans-serif; max-width: 40rem; margin: 3rem auto; padding: 0 1rem }
            table { border-collapse: collapse; width: 100%; margin: 1.5rem 0 }
            th, td { text-align: left; padding: .35rem 0; border-bottom: 1px solid #8884; vertical-align: top }
            th { font-weight: normal; opacity: .7; width: 45% }
            code { overflow-wrap: anywhere }
          </style>
        </head>
        <body>

        """;

    public static byte[] Render(InfoAnswer info)
    {
        var page = new StringBuilder(Top);
        page.Append("<h1>Codius host</h1>\n<p>This machine runs containers for anyone who pays for them by the second ")
            .Append("over Interledger, without an account: <code>codius upload --host ")
            .Append(WebUtility.HtmlEncode(info.Uri)).Append("</code></p>\n<table>\n");
        Row(page, "uri", "Address", info.Uri);
        Row(page, "version", "Program", $"{InfoEndpoints.ProgramName} {InfoEndpoints.ProgramVersion}");
        Row(
            page,
            "costPerMonth",
            "Price of a month",
            info.CostPerMonth is { } cost ? $"{cost} {info.Currency}".TrimEnd() : "not known at the moment");
        Row(page, "acceptingUploads", "Accepts uploads", info.AcceptingUploads ? "yes" : "no");
        Row(page, "isolation", "Isolation of pods", info.Isolation);
        if (info.RunningContracts is { } pods)
            Row(page, "runningContracts", "Running pods", pods.ToString(CultureInfo.InvariantCulture));
        Row(
            page,
            "memory",
            "Free memory",
            (info.ServerFreeMemory / 1e9).ToString("0.0 GB", CultureInfo.InvariantCulture));
        Row(page, "avgLoad", "Load", info.AvgLoad.ToString("0.00", CultureInfo.InvariantCulture));
        Row(page, "serviceUptime", "Serving since", For(info.ServiceUptime));
        Row(page, "serverUptime", "Machine up since", For(info.ServerUptime));
        page.Append("</table>\n<p>For programs: <a href=\"/info\">/info</a>, <a href=\"/peers\">/peers</a>, ")
            .Append("<a href=\"/version\">/version</a>.</p>\n</body>\n</html>\n");
        return Encoding.UTF8.GetBytes(page.ToString());
    }

    private static void Row(StringBuilder page, string id, string title, string value) =>
        page.Append("  <tr><th>").Append(title).Append("</th><td id=\"").Append(id).Append("\">")
            .Append(WebUtility.HtmlEncode(value)).Append("</td></tr>\n");

    private static string For(double seconds)
    {
        var time = TimeSpan.FromSeconds(seconds);
        return time.Days > 0 ? $"{time.Days} d {time.Hours} h" : $"{time.Hours} h {time.Minutes} min";
    }
}
