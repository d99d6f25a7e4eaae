using System.Security.Cryptography;
using System.Text;
using Codius.Host.Configuration;
using Microsoft.Extensions.Options;

namespace Codius.Host.Secrets;

/// <summary>
/// The one secret of the host: 32 random bytes in <c>host.key</c> under its root directory, beside the store and not in
/// it, so that a copy of the store gives nothing away. Everything else that must be secret derives from it by a label.
/// </summary>
public sealed class HostKey
{
    private const int KeyLength = 32;
    private const int NonceLength = 12;
    private const int TagLength = 16;

    private readonly byte[] _key;

    public HostKey(IOptions<HostOptions> options) => _key = ReadOrCreate(options.Value.RootDirectory);

    /// <summary>32 bytes that only this host knows, the same for the same label for ever.</summary>
    public byte[] Derive(string label) =>
        HKDF.Expand(HashAlgorithmName.SHA256, _key, KeyLength, Encoding.UTF8.GetBytes("codius " + label));

    /// <summary>Authenticates data under a label.</summary>
    public byte[] Authenticate(string label, ReadOnlySpan<byte> data) => HMACSHA256.HashData(Derive(label), data);

    /// <summary>Encrypts data so that it can be kept in the store: nonce, tag, ciphertext.</summary>
    public byte[] Seal(string label, ReadOnlySpan<byte> data)
    {
        var sealedData = new byte[NonceLength + TagLength + data.Length];
        var nonce = sealedData.AsSpan(0, NonceLength);
        RandomNumberGenerator.Fill(nonce);
        using var aes = new AesGcm(Derive(label), TagLength);
        aes.Encrypt(nonce, data, sealedData.AsSpan(NonceLength + TagLength), sealedData.AsSpan(NonceLength, TagLength));
        return sealedData;
    }

    /// <summary>Decrypts what <see cref="Seal"/> made.</summary>
    /// <exception cref="CryptographicException">It was made with another key, or was changed.</exception>
    public byte[] Open(string label, ReadOnlySpan<byte> sealedData)
    {
        var data = new byte[sealedData.Length - NonceLength - TagLength];
        using var aes = new AesGcm(Derive(label), TagLength);
        aes.Decrypt(
            sealedData[..NonceLength],
            sealedData[(NonceLength + TagLength)..],
            sealedData.Slice(NonceLength, TagLength),
            data);
        return data;
    }

    // Written beside and renamed, so that a crash leaves either no key or a whole one.
    private static byte[] ReadOrCreate(string directory)
    {
        Directory.CreateDirectory(
            directory, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
        var path = Path.Combine(directory, "host.key");
        if (File.Exists(path))
        {
            var key = File.ReadAllBytes(path);
            return key.Length == KeyLength
                ? key
                : throw new InvalidDataException(
                    $"{path} is not a host key: it has {key.Length} bytes, not {KeyLength}.");
        }

        var temporary = path + ".new";
        File.Delete(temporary);
        using (var file = new FileStream(temporary, new FileStreamOptions
        {
            Mode = FileMode.CreateNew,
            Access = FileAccess.Write,
            UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite,
        }))
        {
            file.Write(RandomNumberGenerator.GetBytes(KeyLength));
            file.Flush(flushToDisk: true);
        }

        File.Move(temporary, path);
        return File.ReadAllBytes(path);
    }
}
