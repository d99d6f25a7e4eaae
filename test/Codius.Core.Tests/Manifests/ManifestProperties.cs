using System.Text;
using System.Text.Json;
using Codius.Core.Manifests;
using FsCheck;
using FsCheck.Fluent;

namespace Codius.Core.Tests.Manifests;

public sealed class ManifestProperties
{
    private static readonly Gen<string> Texts = Gen.ArrayOf(Gen.OneOf(
        Gen.Choose(' ', '~'), Gen.Choose(0, 0x9f), Gen.Choose(0x2000, 0x2070), Gen.Choose(0xd000, 0xffff)))
        .Select(codes => new string([.. codes.Select(c => (char)c)]));

    [Fact]
    public void The_order_of_keys_does_not_change_the_canonical_json() =>
        Prop.ForAll(
            Arb.From(Gen.Two(Gen.ArrayOf(Texts))),
            pair =>
            {
                var members = pair.Item1.Distinct().Zip(pair.Item2.Concat(Enumerable.Repeat("", 1000))).ToArray();
                return Canonical(ToJson(members)) == Canonical(ToJson([.. members.Reverse()]));
            }).QuickCheckThrowOnFailure();

    [Fact]
    public void Canonical_json_is_its_own_canonical_json() =>
        Prop.ForAll(
            Arb.From(Gen.ArrayOf(Texts)),
            texts =>
            {
                var canonical = Canonical(ToJson([.. texts.Distinct().Select(t => (t, t))]));
                // Only what survives UTF-8 can be read back as it was.
                var utf8 = Encoding.UTF8.GetBytes(canonical);
                return Encoding.UTF8.GetBytes(Canonical(Encoding.UTF8.GetString(utf8))).AsSpan().SequenceEqual(utf8)
                    || texts.Any(t => t.Any(char.IsSurrogate));
            }).QuickCheckThrowOnFailure();

    [Fact]
    public void Numbers_read_back_as_the_same_double() =>
        Prop.ForAll<double>(number =>
        {
            if (!double.IsFinite(number))
                return true;
            var canonical = Canonical(number.ToString("R"));
            return double.Parse(canonical).Equals(number);
        }).QuickCheckThrowOnFailure();

    [Fact]
    public void No_bytes_make_the_reader_throw() =>
        Prop.ForAll<byte[]>(bytes =>
        {
            ManifestRequest.TryRead(bytes, ManifestRules.Upload, out _, out var errors);
            return errors is { Errors.Count: > 0 };
        }).QuickCheckThrowOnFailure();

    [Fact]
    public void No_damage_to_a_good_request_makes_the_reader_throw()
    {
        var good = Encoding.UTF8.GetBytes(Samples.Request(
            ""","environment":{"A":"$A","B":"\ud800\u0041"},"command":["x"],"workdir":"/" """,
            ""","debug":true,"vars":{"A":{"value":"v"}}""",
            ""","private":{"vars":{}}"""));
        byte[] hostile = [.. "{}[]\",:\\u0/-e.tfn \0"u8, 0xff, 0xc3, 0xed];
        var seed = Environment.TickCount;
        var random = new Random(seed);
        TestContext.Current.TestOutputHelper?.WriteLine($"seed {seed}");
        for (var run = 0; run < 20_000; run++)
        {
            var damaged = good[..(random.Next(8) == 0 ? random.Next(good.Length) : good.Length)];
            for (var change = random.Next(4); change >= 0 && damaged.Length > 0; change--)
                damaged[random.Next(damaged.Length)] = hostile[random.Next(hostile.Length)];
            var accepted = ManifestRequest.TryRead(damaged, ManifestRules.Upload, out var request, out var errors);
            (accepted ? request is not null : errors!.Errors.Count > 0).ShouldBeTrue($"seed {seed}, run {run}");
            request?.Manifest.ToContainers(request.Values, "http://h").ShouldNotBeEmpty();
        }
    }

    private static string Canonical(string json)
    {
        CanonicalJson.TryConvert(Encoding.UTF8.GetBytes(json), out var canonical, out var problem)
            .ShouldBeTrue(problem);
        return canonical!;
    }

    private static string ToJson(IEnumerable<(string Name, string Value)> members) =>
        "{" + string.Join(',', members.Select(m => $"{Samples.Quote(m.Name)}:{Samples.Quote(m.Value)}")) + "}";
}
