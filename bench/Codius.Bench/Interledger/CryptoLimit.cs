using System.Security.Cryptography;

namespace Codius.Bench.Interledger;

/// <summary>
/// What the cryptography of a received packet costs at least: one decryption and one encryption by AES-GCM and one
/// HMAC, of the same lengths, with keys that are ready, into buffers that are there. The hash that compares the
/// condition and the random nonce are not counted.
/// </summary>
public sealed class CryptoLimit
{
    private const int Batch = 200;
    private const int NonceLength = 12;
    private const int TagLength = 16;
    private const int Overhead = NonceLength + TagLength;

    private readonly AesGcm _aes;
    private readonly IncrementalHash _hmac;
    private readonly byte[] _data;
    private readonly byte[] _answer;
    private readonly byte[] _plaintext;
    private readonly byte[] _answerPlaintext;
    private readonly byte[] _fulfillment = new byte[32];

    public CryptoLimit(int dataLength, int answerLength)
    {
        var key = RandomNumberGenerator.GetBytes(32);
        _aes = new AesGcm(key, TagLength);
        _hmac = IncrementalHash.CreateHMAC(HashAlgorithmName.SHA256, key);
        (_data, _answer) = (new byte[dataLength], new byte[answerLength]);
        (_plaintext, _answerPlaintext) = (new byte[dataLength - Overhead], new byte[answerLength - Overhead]);
        Encrypt(_plaintext, _data);
    }

    public int Run()
    {
        for (var i = 0; i < Batch; i++)
        {
            _aes.Decrypt(
                _data.AsSpan(0, NonceLength), _data.AsSpan(Overhead), _data.AsSpan(NonceLength, TagLength), _plaintext);
            _hmac.AppendData(_data);
            _hmac.GetHashAndReset(_fulfillment);
            Encrypt(_answerPlaintext, _answer);
        }

        return Batch;
    }

    private void Encrypt(ReadOnlySpan<byte> plaintext, Span<byte> data) =>
        _aes.Encrypt(data[..NonceLength], plaintext, data[Overhead..], data.Slice(NonceLength, TagLength));
}
