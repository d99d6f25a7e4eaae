using System.Text.Json;
using Codius.Host.Ledger;
using Codius.Host.Tests.Pods;
using Shouldly;
using Xunit;

namespace Codius.Host.Tests.Ledger;

/// <summary>The books of a host that runs, as its operator reads them beside it.</summary>
public sealed class LedgerCommandTests
{
    private const string Price = "2283106";

    [Fact]
    public async Task The_books_are_printed_exported_and_verified_beside_the_host()
    {
        await using var host = await SellingHost.StartAsync();
        var pod = await host.BuyAsync(host.Manifest());
        var hash = pod.GetProperty("manifestHash").GetString()!;
        var store = StoreOf(host);

        var (code, text) = await RunAsync("ledger", "--store", store);
        code.ShouldBe(0);
        text.ShouldContain($"Held +{Price}  Received -{Price}");
        text.ShouldContain($"pod {hash}  Starting > Running  money moved  it was ready, and is paid for");

        (code, text) = await RunAsync("ledger", "export", "--format", "csv", "--store", store, "--pod", hash);
        code.ShouldBe(0);
        var rows = text.Split("\r\n", StringSplitOptions.RemoveEmptyEntries);
        rows[0].ShouldBe("number,time,asset,account,amount,pod,subject,key,reason");
        rows.Skip(1).Sum(row => long.Parse(row.Split(',')[4])).ShouldBe(0);

        (code, text) = await RunAsync("ledger", "export", "--format=json", "--store", store);
        code.ShouldBe(0);
        var json = JsonElement.Parse(text);
        json.GetProperty("entries")[0].GetProperty("postings")[0].GetProperty("amount").GetString().ShouldBe(Price);
        json.GetProperty("balances")[0].GetProperty("received").GetString().ShouldBe(Price);
        json.GetProperty("podChanges")[0].GetProperty("moneyMoved").GetBoolean().ShouldBeTrue();

        (code, text) = await RunAsync("ledger", "verify", "--store", store);
        (code, text.Contains("the books are right")).ShouldBe((0, true), text);
        (code, text) = await RunAsync("ledger", "earnings", $"--Codius:RootDirectory={host.Directory["root"]}");
        (code, text).ShouldBe((0, ""));
    }

    [Theory]
    [InlineData("ledger", "dance")]
    [InlineData("ledger", "export", "--format", "xml")]
    [InlineData("ledger", "print", "--from", "yesterday")]
    [InlineData("ledger", "print", "--pod", "short")]
    [InlineData("backup")]
    public async Task Wrong_arguments_are_refused(params string[] arguments)
    {
        await using var host = await SellingHost.StartAsync();
        (await RunAsync([.. arguments, $"--store={StoreOf(host)}"])).Code.ShouldBe(64);
    }

    [Fact]
    public async Task A_store_that_is_not_there_is_an_error()
    {
        (await RunAsync("ledger", "verify", "--store", "/nowhere/codius.db")).Code.ShouldBe(1);
    }

    private static string StoreOf(SellingHost host) => host.Directory["root/codius.db"];

    private static async Task<(int Code, string Text)> RunAsync(params string[] arguments)
    {
        await using var output = new StringWriter();
        var code = await LedgerCommand.RunAsync(arguments, output, CancellationToken.None);
        return (code, output.ToString());
    }
}
