using Codius.Host.Errors;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;

namespace Codius.Host.Tests;

/// <summary>Adds a route to the host that only a test needs, behind everything that strangers meet first.</summary>
public sealed class TestRoutes(string path, RequestDelegate handler) : IStartupFilter
{
    public static Action<WebApplicationBuilder> Add(string path, RequestDelegate handler) =>
        builder => builder.Services.AddSingleton<IStartupFilter>(new TestRoutes(path, handler));

    public Action<IApplicationBuilder> Configure(Action<IApplicationBuilder> next) => app =>
    {
        app.UseMiddleware<UnexpectedErrors>();
        app.Use((context, rest) => context.Request.Path == path ? handler(context) : rest(context));
        next(app);
    };
}
