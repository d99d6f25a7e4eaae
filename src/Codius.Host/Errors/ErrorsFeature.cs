namespace Codius.Host.Errors;

public static class ErrorsFeature
{
    public static IServiceCollection AddErrors(this IServiceCollection services) =>
        services.AddSingleton<BodyReader>();

    /// <summary>The outermost step of every request.</summary>
    public static void UseErrors(this WebApplication app) => app.UseMiddleware<UnexpectedErrors>();
}
