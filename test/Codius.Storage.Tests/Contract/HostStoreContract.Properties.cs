using System.Globalization;
using FsCheck;
using FsCheck.Fluent;

namespace Codius.Storage.Tests.Contract;

public abstract partial class HostStoreContract
{
    private const int Callers = 8;

    [Fact]
    public void No_order_of_concurrent_steps_loses_or_invents_money()
    {
        var run = 0;
        Prop.ForAll(
            Arb.From(Gen.ArrayOf(StoreStep.Any), Shorter),
            steps => TakeAllAsync(string.Create(CultureInfo.InvariantCulture, $"run {run++}"), steps))
            .Check(Config.QuickThrowOnFailure.WithMaxTest(40).WithEndSize(160));
    }

    private async Task TakeAllAsync(string name, StoreStep[] steps)
    {
        await using var store = await OpenAsync(name);
        var model = new StoreModel(store);
        foreach (var together in steps.Chunk(Callers))
        {
            await Task.WhenAll(together.Select(model.TakeAsync));
            await model.ShouldAgreeAsync();
            (await AuditAsync(name)).ShouldBalance();
        }
    }

    private static IEnumerable<StoreStep[]> Shorter(StoreStep[] steps) =>
        Enumerable.Range(0, (steps.Length + Callers - 1) / Callers)
            .Select(left => steps.Chunk(Callers).Where((_, chunk) => chunk != left).SelectMany(it => it).ToArray());
}
