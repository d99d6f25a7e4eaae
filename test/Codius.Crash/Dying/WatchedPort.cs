using System.Reflection;
using System.Runtime.ExceptionServices;

namespace Codius.Crash.Dying;

/// <summary>One of the host's ports, each of whose calls is a step before it and a step after it.</summary>
public class WatchedPort : DispatchProxy
{
    private static readonly MethodInfo FollowTyped =
        typeof(WatchedPort).GetMethod(nameof(FollowResultAsync), BindingFlags.NonPublic | BindingFlags.Instance)!;

    private object _inner = null!;
    private StepWatch _watch = null!;

    internal static object Over(Type port, object inner, StepWatch watch)
    {
        var proxy = (WatchedPort)Create(port, typeof(WatchedPort));
        (proxy._inner, proxy._watch) = (inner, watch);
        return proxy;
    }

    protected override object? Invoke(MethodInfo? targetMethod, object?[]? args)
    {
        var name = $"{targetMethod!.DeclaringType!.Name}.{targetMethod.Name}";
        _watch.Reach(name, isAfter: false);
        object? result;
        try
        {
            result = targetMethod.Invoke(_inner, args);
        }
        catch (TargetInvocationException e) when (e.InnerException is { } inner)
        {
            ExceptionDispatchInfo.Throw(inner);
            throw;
        }

        var type = targetMethod.ReturnType;
        if (type == typeof(Task))
            return FollowAsync(name, (Task)result!);
        if (type.IsGenericType && type.GetGenericTypeDefinition() == typeof(Task<>))
            return FollowTyped.MakeGenericMethod(type.GetGenericArguments()).Invoke(this, [name, result]);
        return result;
    }

    private async Task FollowAsync(string name, Task task)
    {
        await task;
        _watch.Reach(name, isAfter: true);
    }

    private async Task<T> FollowResultAsync<T>(string name, Task<T> task)
    {
        var result = await task;
        _watch.Reach(name, isAfter: true);
        return result;
    }
}
