using System.Reflection;
using System.Runtime.CompilerServices;

namespace Codius.Testing.Api;

/// <summary>
/// What a library shows to those who use it: its public types and their public and protected members, as text in an
/// order that does not depend on the source.
/// </summary>
public static class ApiSurface
{
    private const BindingFlags Declared = BindingFlags.Public | BindingFlags.NonPublic | BindingFlags.Instance
        | BindingFlags.Static | BindingFlags.DeclaredOnly;

    /// <summary>Types at the start of a line, their members indented below.</summary>
    public static IEnumerable<string> Describe(Assembly library)
    {
        foreach (var type in library.GetExportedTypes().OrderBy(static type => type.FullName, StringComparer.Ordinal))
        {
            yield return ApiText.Type(type);
            foreach (var member in Members(type).Order(StringComparer.Ordinal))
                yield return "    " + member;
            yield return "";
        }
    }

    private static IEnumerable<string> Members(Type type)
    {
        // A delegate is its Invoke, which its own line tells.
        if (type.IsAssignableTo(typeof(Delegate)))
            return [];
        if (type.IsEnum)
            return type.GetFields(BindingFlags.Public | BindingFlags.Static).Select(ApiText.EnumValue);
        return
        [
            .. type.GetFields(Declared).Where(static field => IsVisible(field)).Select(ApiText.Field),
            .. type.GetConstructors(Declared).Where(static made => IsVisible(made)).Select(ApiText.Constructor),
            .. type.GetProperties(Declared).Where(static each => each.GetAccessors(true).Any(IsVisible))
                .Select(ApiText.Property),
            .. type.GetEvents(Declared).Where(static each => IsVisible(each.AddMethod!)).Select(ApiText.Event),
            .. type.GetMethods(Declared).Where(IsWritten).Select(ApiText.Method),
        ];
    }

    /// <summary>Whether a method or constructor can be called from outside, perhaps by a derived type only.</summary>
    internal static bool IsVisible(MethodBase method) =>
        method.IsPublic || ((method.IsFamily || method.IsFamilyOrAssembly) && !method.DeclaringType!.IsSealed);

    private static bool IsVisible(FieldInfo field) =>
        field.IsPublic || ((field.IsFamily || field.IsFamilyOrAssembly) && !field.DeclaringType!.IsSealed);

    // Not accessors, and not what the compiler makes for a record, which the word says.
    private static bool IsWritten(MethodInfo method) =>
        IsVisible(method)
        && (!method.IsSpecialName || method.Name.StartsWith("op_", StringComparison.Ordinal))
        && !method.IsDefined(typeof(CompilerGeneratedAttribute));
}
