using System.Reflection;

namespace Codius.Client;

/// <summary>The version that this client tells hosts and people.</summary>
public static class ThisVersion
{
    public static string Text { get; } = typeof(ThisVersion).Assembly
        .GetCustomAttribute<AssemblyInformationalVersionAttribute>()!.InformationalVersion.Split('+')[0];
}
