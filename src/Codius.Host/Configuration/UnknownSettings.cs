using System.Collections;

namespace Codius.Host.Configuration;

/// <summary>Finds misspelt names, which would otherwise be settings that silently do nothing.</summary>
public static class UnknownSettings
{
    /// <summary>
    /// The paths under <paramref name="section"/> that <paramref name="type"/> has no property for. With
    /// <paramref name="othersHaveSections"/>, only those that hold a value: sections belong to other features.
    /// </summary>
    public static IEnumerable<string> Find(IConfigurationSection section, Type type, bool othersHaveSections = false)
    {
        foreach (var entry in section.GetChildren())
        {
            var property = type.GetProperties()
                .FirstOrDefault(p => p.Name.Equals(entry.Key, StringComparison.OrdinalIgnoreCase));
            if (property is null)
            {
                if (entry.Value is not null || !othersHaveSections)
                    yield return $"{entry.Path} is not a setting";
            }
            else if (entry.Value is null && HasNamesOfItsOwn(property.PropertyType))
            {
                foreach (var problem in Find(entry, property.PropertyType))
                    yield return problem;
            }
        }
    }

    private static bool HasNamesOfItsOwn(Type type) =>
        type.IsClass && type != typeof(string) && !typeof(IEnumerable).IsAssignableFrom(type);
}
