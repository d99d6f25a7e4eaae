using System.Text.Json.Nodes;
using Interledger.Stream;
using Interledger.Tests.Fixtures;
using Shouldly;
using Xunit;

namespace Interledger.Tests.Stream;

public sealed class StreamKeysTests
{
    public static TheoryData<int> Secrets => Indices(Vectors.All["stream"]!["secrets"]!);

    public static TheoryData<int> Tokens => Indices(Vectors.All["tokens"]!["v189"]!);

    [Theory]
    [MemberData(nameof(Secrets))]
    public void A_ciphertext_of_the_original_is_decrypted(int index)
    {
        var vector = Secret(index);
        using var keys = new StreamKeys(vector.Hex("sharedSecret"));
        var data = vector.Hex("encrypted");
        var plaintext = new byte[data.Length - StreamKeys.Overhead];
        keys.TryDecrypt(data, plaintext).ShouldBeTrue();
        plaintext.ShouldBe(vector.Hex("plaintext"));
    }

    [Theory]
    [MemberData(nameof(Secrets))]
    public void Fulfilment_and_condition_are_those_of_the_original(int index)
    {
        var vector = Secret(index);
        using var keys = new StreamKeys(vector.Hex("sharedSecret"));
        var fulfillment = new byte[StreamKeys.HashLength];
        keys.Fulfillment(vector.Hex("encrypted"), fulfillment);
        fulfillment.ShouldBe(vector.Hex("fulfillment"));
        var condition = new byte[StreamKeys.HashLength];
        StreamKeys.Condition(fulfillment, condition);
        condition.ShouldBe(vector.Hex("condition"));
    }

    [Fact]
    public void What_was_encrypted_is_decrypted_and_a_changed_byte_is_noticed()
    {
        using var keys = new StreamKeys(Secret(0).Hex("sharedSecret"));
        var plaintext = Secret(1).Hex("plaintext");
        var data = new byte[plaintext.Length + StreamKeys.Overhead];
        keys.Encrypt(plaintext, data);
        var decrypted = new byte[plaintext.Length];
        keys.TryDecrypt(data, decrypted).ShouldBeTrue();
        decrypted.ShouldBe(plaintext);
        for (var i = 0; i < data.Length; i++)
        {
            data[i] ^= 0x10;
            keys.TryDecrypt(data, decrypted).ShouldBeFalse();
            data[i] ^= 0x10;
        }

        keys.TryDecrypt(data.AsSpan(0, StreamKeys.Overhead - 1), []).ShouldBeFalse();
    }

    [Theory]
    [MemberData(nameof(Tokens))]
    public void The_secret_of_a_token_is_that_of_the_original(int index)
    {
        var vector = Vectors.All["tokens"]!["v189"]![index]!;
        var tokens = new StreamTokens(Vectors.All["tokens"].Hex("serverSecret"));
        var secret = new byte[32];
        tokens.SharedSecret(vector.Text("token"), secret);
        secret.ShouldBe(vector.Hex("sharedSecret"));
    }

    [Fact]
    public void A_token_carries_its_tag_in_clear()
    {
        var token = StreamTokens.Create("c0c83baeb14df2a24e07127b9a7e8e75");
        token.Length.ShouldBe(24 + 1 + 32);
        StreamTokens.TagOf(token).ToString().ShouldBe("c0c83baeb14df2a24e07127b9a7e8e75");
        StreamTokens.TagOf(StreamTokens.Create("")).ToString().ShouldBe("");
        StreamTokens.Create("").ShouldNotBe(StreamTokens.Create(""));
    }

    private static TheoryData<int> Indices(JsonNode vectors) => [.. Enumerable.Range(0, vectors.AsArray().Count)];

    private static JsonNode Secret(int index) => Vectors.All["stream"]!["secrets"]![index]!;
}
