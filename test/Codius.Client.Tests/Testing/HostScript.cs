using System.Collections.Concurrent;
using Codius.Core.Manifests;
using Microsoft.AspNetCore.Http;

namespace Codius.Client.Tests.Testing;

/// <summary>The answers of hosts, as recorded and as ours extends them.</summary>
internal static class HostScript
{
    public const string Project = """
        {"manifest":{"name":"n","version":"1","containers":[{"id":"app",
          "image":"nginx@sha256:3e2ffcf0edca2a4e9b24ca442d227baea7b7f0e33ad654ef1eb806fbd9bedcf0"}]}}
        """;

    /// <summary>Of the manifest of <see cref="Project"/>.</summary>
    public const string Hash = "t5fbj5kf5frpkax6smyzzfffapg3jy5xsbdexyrteved66cqcmxq";

    public static ManifestHash PodHash { get; } = ManifestHash.TryParse(Hash, out var hash)
        ? hash
        : throw new InvalidOperationException();

    public const string PodUrl = $"http://{Hash}.host.example:3000/";

    public const string Pod =
        $$"""{"url":"{{PodUrl}}","manifestHash":"{{Hash}}","expiry":"2026-11-20T11:02:44.859Z"}""";

    public const string Quote =
        $$$"""{"manifestHash":"{{{Hash}}}","price":"2283106","asset":{"code":"XRP","scale":9},"duration":600}""";

    public const string Instruction =
        "interledger-stream private.moneyd.local.abc~0001 pl5j75FQTNrCH+QVFPpwplGJ3+wzxqUsJnwMbI+kSyw=";

    public static Task JsonAsync(HttpContext context, string json, int status = 200)
    {
        context.Response.StatusCode = status;
        context.Response.ContentType = "application/json; charset=utf-8";
        return context.Response.WriteAsync(json);
    }

    public static Task RefuseAsync(HttpContext context, int status, string message, string more = "") =>
        JsonAsync(context, $$"""{"statusCode":{{status}},"error":"x","message":"{{message}}"{{more}}}""", status);

    public static Task ChallengeAsync(HttpContext context, string instruction = Instruction)
    {
        context.Response.Headers["Pay"] = instruction;
        return RefuseAsync(context, 402, "Payment Required");
    }

    /// <summary>Answers the quote, asks for money at first, and gives <paramref name="paid"/> after that.</summary>
    public static Func<HttpContext, AskedRequest, Task> Selling(Func<HttpContext, Task>? paid = null) =>
        SellingAt(() => Instruction, paid ?? (context => JsonAsync(context, Pod)));

    /// <summary>The same, of a host that also takes the request while the payment is being opened.</summary>
    public static Func<HttpContext, AskedRequest, Task> SellingEarly(Func<HttpContext, Task> paid)
    {
        var selling = Selling(paid);
        return (context, asked) =>
        {
            context.Response.Headers["Pay-Early"] = "1";
            return selling(context, asked);
        };
    }

    public static Func<HttpContext, AskedRequest, Task> SellingAt(
        Func<string> instruction, Func<HttpContext, Task> paid)
    {
        var tokens = new ConcurrentDictionary<string, bool>();
        return (context, asked) => asked.Method == "OPTIONS"
            ? JsonAsync(context, Quote)
            : tokens.TryAdd(asked.Token ?? "", true)
                ? ChallengeAsync(context, instruction())
                : paid(context);
    }
}
