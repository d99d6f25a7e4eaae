using System.Globalization;
using System.Reflection;
using System.Runtime.CompilerServices;

namespace Codius.Testing.Api;

/// <summary>Types and members as one writes them in C#.</summary>
internal static class ApiText
{
    private const BindingFlags Any = BindingFlags.Public | BindingFlags.NonPublic | BindingFlags.Instance;

    public static string Type(Type type)
    {
        var name = TypeNames.Of(type, qualified: true);
        if (type.IsAssignableTo(typeof(Delegate)))
        {
            var invoke = type.GetMethod("Invoke")!;
            return $"public delegate {Returned(invoke)} {name}({Parameters(invoke)})";
        }

        var bases = Bases(type);
        return $"public {Kind(type)} {name}{(bases.Length == 0 ? "" : " : " + string.Join(", ", bases))}";
    }

    public static string EnumValue(FieldInfo field) =>
        $"{field.Name} = {Convert.ToString(field.GetRawConstantValue(), CultureInfo.InvariantCulture)}";

    public static string Field(FieldInfo field)
    {
        var type = TypeNames.Of(new NullabilityInfoContext().Create(field));
        return field.IsLiteral
            ? $"{Access(field.IsPublic)}const {type} {field.Name} = {Value(field.GetRawConstantValue())}"
            : $"{Access(field.IsPublic)}{(field.IsStatic ? "static " : "")}{(field.IsInitOnly ? "readonly " : "")}"
                + $"{type} {field.Name}";
    }

    public static string Constructor(ConstructorInfo constructor) =>
        $"{Access(constructor.IsPublic)}{TypeNames.Simple(constructor.DeclaringType!)}({Parameters(constructor)})";

    public static string Property(PropertyInfo property)
    {
        var first = property.GetAccessors(true).First(ApiSurface.IsVisible);
        var required = property.IsDefined(typeof(RequiredMemberAttribute)) ? "required " : "";
        var index = property.GetIndexParameters();
        var name = index.Length == 0 ? property.Name : $"this[{string.Join(", ", index.Select(Parameter))}]";
        var type = TypeNames.Of(new NullabilityInfoContext().Create(property));
        return $"{Modifiers(first)}{required}{type} {name} {{ {Accessors(property)} }}";
    }

    public static string Event(EventInfo each) =>
        $"{Modifiers(each.AddMethod!)}event {TypeNames.Of(new NullabilityInfoContext().Create(each))} {each.Name}";

    public static string Method(MethodInfo method)
    {
        var generic = method.IsGenericMethod
            ? $"<{string.Join(", ", method.GetGenericArguments().Select(static each => each.Name))}>"
            : "";
        return $"{Modifiers(method)}{Returned(method)} {method.Name}{generic}({Parameters(method)})";
    }

    private static string Kind(Type type)
    {
        if (type.IsEnum)
            return "enum";
        if (type.IsInterface)
            return "interface";
        var record = type.GetMethod("PrintMembers", Any) is null ? "" : "record ";
        if (type.IsValueType)
            return (type.IsDefined(typeof(IsReadOnlyAttribute)) ? "readonly " : "")
                + (type.IsByRefLike ? "ref " : "") + record + "struct";
        var kind = type switch
        {
            { IsAbstract: true, IsSealed: true } => "static ",
            { IsAbstract: true } => "abstract ",
            { IsSealed: true } => "sealed ",
            _ => "",
        };
        return kind + record + "class";
    }

    private static string[] Bases(Type type)
    {
        if (type.IsEnum)
            return Enum.GetUnderlyingType(type) == typeof(int) ? [] : [TypeNames.Of(Enum.GetUnderlyingType(type))];
        var above = type.BaseType is { } parent && parent != typeof(object) && parent != typeof(ValueType)
            ? new[] { TypeNames.Of(parent) }
            : [];
        // Every record can be compared with its like.
        return
        [
            .. above,
            .. type.GetInterfaces()
                .Where(each => each.IsPublic && each != typeof(IEquatable<>).MakeGenericType(type))
                .Select(static each => TypeNames.Of(each)).Order(StringComparer.Ordinal),
        ];
    }

    private static string Accessors(PropertyInfo property)
    {
        var accessors = new List<string>();
        if (property.GetMethod is { } get && ApiSurface.IsVisible(get))
            accessors.Add("get;");
        if (property.SetMethod is { } set && ApiSurface.IsVisible(set))
            accessors.Add(set.ReturnParameter.GetRequiredCustomModifiers().Contains(typeof(IsExternalInit))
                ? "init;"
                : "set;");
        return string.Join(' ', accessors);
    }

    private static string Modifiers(MethodInfo method)
    {
        var kind = method switch
        {
            { DeclaringType.IsInterface: true } => "",
            { IsStatic: true } => "static ",
            { IsAbstract: true } => "abstract ",
            _ when method.GetBaseDefinition() != method => "override ",
            { IsVirtual: true, IsFinal: false } => "virtual ",
            _ => "",
        };
        return Access(method.IsPublic) + kind;
    }

    private static string Access(bool isPublic) => isPublic ? "public " : "protected ";

    private static string Returned(MethodInfo method) =>
        TypeNames.Of(new NullabilityInfoContext().Create(method.ReturnParameter));

    private static string Parameters(MethodBase method) =>
        (method.IsDefined(typeof(ExtensionAttribute)) ? "this " : "")
        + string.Join(", ", method.GetParameters().Select(Parameter));

    private static string Parameter(ParameterInfo parameter)
    {
        var way = parameter switch
        {
            { IsOut: true } => "out ",
            { IsIn: true } => "in ",
            { ParameterType.IsByRef: true } => "ref ",
            _ => "",
        };
        var type = TypeNames.Of(new NullabilityInfoContext().Create(parameter));
        var without = parameter.HasDefaultValue ? " = " + Value(parameter.DefaultValue) : "";
        return $"{way}{type} {parameter.Name}{without}";
    }

    private static string Value(object? value) => value switch
    {
        null => "default",
        string text => $"\"{text}\"",
        bool flag => flag ? "true" : "false",
        _ => Convert.ToString(value, CultureInfo.InvariantCulture)!,
    };
}
