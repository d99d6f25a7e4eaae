using System.Security.Cryptography;
using Interledger.Stream;
using Shouldly;
using Xunit;

namespace Interledger.Tests.Stream;

public sealed class StreamHashTests
{
    [Fact]
    public void Fulfilments_and_conditions_are_those_of_the_base_library_for_data_of_all_lengths()
    {
        var random = new Random(20);
        var secret = new byte[32];
        for (var length = 0; length < 600; length++)
        {
            var data = new byte[length];
            random.NextBytes(secret);
            random.NextBytes(data);
            using var keys = new StreamKeys(secret);
            var fulfillment = new byte[StreamKeys.HashLength];
            var condition = new byte[StreamKeys.HashLength];

            keys.Fulfillment(data, fulfillment);
            StreamKeys.Condition(fulfillment, condition);

            var key = HMACSHA256.HashData(secret, "ilp_stream_fulfillment"u8);
            fulfillment.ShouldBe(HMACSHA256.HashData(key, data));
            condition.ShouldBe(SHA256.HashData(fulfillment));
        }
    }

    [Fact]
    public void No_two_packets_of_a_thread_are_encrypted_under_one_nonce()
    {
        using var keys = new StreamKeys(new byte[32]);
        var nonces = new HashSet<string>();
        var data = new byte[StreamKeys.Overhead + 1];

        for (var i = 0; i < 1000; i++)
        {
            keys.Encrypt([1], data);
            nonces.Add(Convert.ToHexString(data, 0, 12)).ShouldBeTrue();
        }
    }
}
