using Xunit;

namespace Codius.Crash.Customers;

/// <summary>A town for the tests of a class.</summary>
public abstract class Founding : IAsyncLifetime
{
    private Town? _town;

    internal Town Town => _town ?? throw new InvalidOperationException("There is no host yet.");

    public async ValueTask InitializeAsync() => _town = await Town.FoundAsync();

    public ValueTask DisposeAsync() => _town?.DisposeAsync() ?? default;
}
