using System.Reflection;

namespace Codius.Testing.Api;

/// <summary>Names of types as one writes them in C#, with a question mark where null is allowed.</summary>
internal static class TypeNames
{
    private static readonly Dictionary<Type, string> Keywords = new()
    {
        [typeof(void)] = "void",
        [typeof(object)] = "object",
        [typeof(string)] = "string",
        [typeof(bool)] = "bool",
        [typeof(char)] = "char",
        [typeof(byte)] = "byte",
        [typeof(sbyte)] = "sbyte",
        [typeof(short)] = "short",
        [typeof(ushort)] = "ushort",
        [typeof(int)] = "int",
        [typeof(uint)] = "uint",
        [typeof(long)] = "long",
        [typeof(ulong)] = "ulong",
        [typeof(float)] = "float",
        [typeof(double)] = "double",
        [typeof(decimal)] = "decimal",
    };

    public static string Of(NullabilityInfo info)
    {
        var type = info.Type.IsByRef ? info.Type.GetElementType()! : info.Type;
        var mark = !type.IsValueType && info.ReadState == NullabilityState.Nullable ? "?" : "";
        if (type.IsArray && info.ElementType is { } element)
            return $"{Of(element)}[]{mark}";
        if (Nullable.GetUnderlyingType(type) is not null || info.GenericTypeArguments.Length == 0)
            return Of(type) + mark;
        return $"{Simple(type)}<{string.Join(", ", info.GenericTypeArguments.Select(Of))}>{mark}";
    }

    public static string Of(Type type, bool qualified = false)
    {
        if (Keywords.TryGetValue(type, out var keyword))
            return keyword;
        if (type.IsArray)
            return Of(type.GetElementType()!) + "[]";
        if (Nullable.GetUnderlyingType(type) is { } value)
            return Of(value) + "?";
        var arguments = type.GetGenericArguments();
        var name = qualified ? $"{type.Namespace}.{Simple(type)}" : Simple(type);
        return arguments.Length == 0 ? name : $"{name}<{string.Join(", ", arguments.Select(each => Of(each)))}>";
    }

    /// <summary>The name with that of the type around it, without namespace and type parameters.</summary>
    public static string Simple(Type type)
    {
        if (type.IsGenericParameter)
            return type.Name;
        var name = type.Name.Split('`')[0];
        return type.DeclaringType is { } outer ? $"{Simple(outer)}.{name}" : name;
    }
}
