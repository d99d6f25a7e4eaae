using System.Diagnostics.CodeAnalysis;
using Microsoft.Extensions.Configuration.CommandLine;
using Microsoft.Extensions.Options;

namespace Codius.Host.Configuration;

public static class ConfigurationExtensions
{
    /// <summary>
    /// Read when neither <c>--config</c> nor <c>CODIUS_CONFIG</c> names another file, if it is there.
    /// </summary>
    public const string DefaultFile = "/etc/codius/codiusd.json";

    /// <summary>
    /// The sources, weakest first: the file, the original's environment variables, <c>Codius__Name</c> variables,
    /// <c>--Codius:Name=value</c> arguments. Nothing is read from the working directory.
    /// </summary>
    public static void AddCodiusSources(this ConfigurationManager configuration, string[] args)
    {
        configuration.Sources.Clear();
        var early = new ConfigurationBuilder().AddCommandLine(args).Build();
        var named = early["config"] ?? Environment.GetEnvironmentVariable("CODIUS_CONFIG");
        var file = Path.GetFullPath(named ?? DefaultFile);
        if (named is not null && !File.Exists(file))
            throw new SettingsException([$"the configuration file {file} does not exist"]);
        try
        {
            configuration.AddJsonFile(file, optional: true, reloadOnChange: false);
        }
        catch (Exception e) when (e is InvalidDataException or UnauthorizedAccessException)
        {
            throw new SettingsException([$"{file} cannot be read: {(e.InnerException ?? e).Message}"]);
        }

        configuration.Sources.Add(new LegacyEnvironmentSource(Environment.GetEnvironmentVariable));
        configuration.AddEnvironmentVariables();
        configuration.Sources.Add(new CommandLineConfigurationSource { Args = args });
    }

    /// <summary>
    /// Binds the settings of one feature: sub-section <paramref name="name"/> of <c>Codius</c>. Names that the type
    /// does not have and values that its validators refuse stop the start.
    /// </summary>
    public static OptionsBuilder<T> AddSection<[DynamicallyAccessedMembers(DynamicallyAccessedMemberTypes.All)] T>(
        this IServiceCollection services, string name)
        where T : class =>
        services.AddOptions<T>()
            .BindConfiguration($"{HostOptions.Section}:{name}")
            .ValidateOnStart()
            .RefuseUnknownNames($"{HostOptions.Section}:{name}");

    public static IServiceCollection AddHostOptions(this IServiceCollection services)
    {
        services.AddOptions<HostOptions>().BindConfiguration(HostOptions.Section).ValidateOnStart();
        services.AddSingleton<IPostConfigureOptions<HostOptions>, HostOptionsDefaults>();
        services.AddSingleton<IValidateOptions<HostOptions>, HostOptionsValidator>();
        return services;
    }

    private static OptionsBuilder<T> RefuseUnknownNames<T>(this OptionsBuilder<T> builder, string path)
        where T : class
    {
        builder.Services.AddSingleton<IValidateOptions<T>>(services => new NamesOf<T>(
            services.GetRequiredService<IConfiguration>().GetSection(path)));
        return builder;
    }

    private sealed class NamesOf<T>(IConfigurationSection section) : IValidateOptions<T>
        where T : class
    {
        public ValidateOptionsResult Validate(string? name, T options)
        {
            var unknown = UnknownSettings.Find(section, typeof(T)).ToList();
            return unknown.Count == 0 ? ValidateOptionsResult.Success : ValidateOptionsResult.Fail(unknown);
        }
    }
}
