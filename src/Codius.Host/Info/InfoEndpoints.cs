using System.Globalization;
using System.Reflection;
using Codius.Core;
using Codius.Core.Manifests;
using Codius.Host.Configuration;
using Codius.Host.Errors;
using Microsoft.Extensions.Options;

namespace Codius.Host.Info;

/// <summary>
/// What the host says about itself: <c>/version</c>, <c>/info</c>, <c>/memory</c>, <c>/peers</c> and its page.
/// </summary>
public static class InfoEndpoints
{
    public const string ProgramName = "Codiusd (.NET)";

    private const int MostPeers = 1000;
    private static readonly string[] Read = [HttpMethods.Get, HttpMethods.Head];

    public static string ProgramVersion { get; } = typeof(InfoEndpoints).Assembly
        .GetCustomAttribute<AssemblyInformationalVersionAttribute>()!.InformationalVersion.Split('+')[0];

    public static IServiceCollection AddInfo(this IServiceCollection services) => services.AddSingleton<Machine>();

    public static void MapInfo(this WebApplication app)
    {
        app.MapMethods("/version", Read, context => JsonAnswer.WriteAsync(
            context, new VersionAnswer(ProgramName, ProgramVersion), InfoJson.Plain.VersionAnswer));
        app.MapMethods("/memory", Read, context => JsonAnswer.WriteAsync(
            context, new MemoryAnswer(Get<Machine>(context).AvailableMemory), InfoJson.Plain.MemoryAnswer));
        app.MapMethods("/info", Read, context => JsonAnswer.WriteAsync(
            context, Describe(context, context.Request.Query["requestPeers"] == "true"), InfoJson.Plain.InfoAnswer));
        app.MapMethods("/peers", Read, PeersAsync);
        app.MapMethods("/", Read, context => PageAsync(context, StatusCodes.Status200OK));
        app.Map("{**path}", NotFoundAsync);
    }

    private static Task PeersAsync(HttpContext context)
    {
        if (context.Request.Query.TryGetValue("limit", out var limit)
            && !(int.TryParse(limit, NumberStyles.None, CultureInfo.InvariantCulture, out var count)
                && count is >= 1 and <= MostPeers))
            return ErrorResponse.WriteAsync(context, Failure.InvalidRequest("Invalid request query input"));
        return JsonAnswer.WriteAsync(context, new PeersAnswer([]), InfoJson.Plain.PeersAnswer);
    }

    /// <summary>
    /// Whatever no route takes is not found, whatever its method: the original knew no 405. A browser gets the host's
    /// page with it.
    /// </summary>
    private static Task NotFoundAsync(HttpContext context)
    {
        var forBrowser = Array.IndexOf(Read, context.Request.Method) >= 0
            && context.Request.Headers.Accept.ToString().Contains("text/html", StringComparison.OrdinalIgnoreCase);
        return forBrowser
            ? PageAsync(context, StatusCodes.Status404NotFound)
            : ErrorResponse.WriteAsync(context, Failure.NotFound("Not Found"));
    }

    private static async Task PageAsync(HttpContext context, int status)
    {
        var page = HostPage.Render(Describe(context, withPeers: false));
        context.Response.StatusCode = status;
        context.Response.ContentType = "text/html; charset=utf-8";
        context.Response.ContentLength = page.Length;
        context.Response.Headers.CacheControl = "no-cache";
        context.Response.Headers.ContentSecurityPolicy = HostPage.ContentSecurityPolicy;
        await context.Response.Body.WriteAsync(page, context.RequestAborted);
    }

    private static InfoAnswer Describe(HttpContext context, bool withPeers)
    {
        var options = Get<IOptions<HostOptions>>(context).Value;
        var machine = Get<Machine>(context);
        var status = Get<IHostStatus>(context);
        var asset = Get<IAssetSource>(context).Current;
        var machines = status.Machines;
        return new InfoAnswer(
            status.MemoryFull,
            status.AcceptingUploads,
            machine.AvailableMemory,
            machine.Uptime.TotalSeconds,
            machine.ServiceUptime.TotalSeconds,
            machine.LoadPerProcessor,
            NumPeers: 0,
            asset?.Code,
            machines.FirstOrDefault(each => each.Name == Manifest.DefaultMachine)?.CostPerMonth,
            options.PublicUri,
            SelfTestSuccess: true,
            options.AdditionalHostInfo ? status.RunningPods : null,
            withPeers ? [] : null,
            status.Isolation,
            asset,
            machines);
    }

    private static T Get<T>(HttpContext context)
        where T : notnull => context.RequestServices.GetRequiredService<T>();
}
